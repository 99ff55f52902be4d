# SPDX-License-Identifier: MIT
#
# Criterion's headers alone, without the rest of their directory: on another C
# library or processor /usr/include would shadow the right headers.
# Sets KSYNC_CRITERION_HEADERS.

find_path(KSYNC_CRITERION_INCLUDE criterion/criterion.h
	PATHS /usr/include
	NO_CMAKE_FIND_ROOT_PATH
	REQUIRED
)
set(KSYNC_CRITERION_HEADERS ${CMAKE_BINARY_DIR}/criterion-headers)
file(MAKE_DIRECTORY ${KSYNC_CRITERION_HEADERS})
file(CREATE_LINK ${KSYNC_CRITERION_INCLUDE}/criterion
	${KSYNC_CRITERION_HEADERS}/criterion SYMBOLIC
)
