# SPDX-License-Identifier: MIT
# Installing, and how users find what was installed: the CMake package ksync and
# the pkg-config modules ksync, ksync-checked, ksync-linux and ksync-kernel. Each installed file finds its
# neighbours from its own place, so that the tree can be moved.
#
# Component runtime is what a program needs to run, dev what it takes to build.

include(CMakePackageConfigHelpers)

set(ksync_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ksync)
set(ksync_pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
set(ksync_package_files ${PROJECT_BINARY_DIR}/package)

# One export for each target: a package without the static library, say, is
# whole.
function(ksync_install_target target kind)
	install(TARGETS ${target} EXPORT ksync-${kind}
		LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
			COMPONENT runtime NAMELINK_COMPONENT dev
		ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
	)
	install(EXPORT ksync-${kind} NAMESPACE ksync::
		DESTINATION ${ksync_cmake_dir} COMPONENT dev
	)
endfunction()

ksync_install_target(ksync_linux linux)
if(KSYNC_BUILD_KERNEL)
	install(TARGETS ksync_module EXPORT ksync-kernel)
	install(TARGETS ksync_insmod EXPORT ksync-kernel
		RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT dev
	)
	ksync_install_target(ksync_kernel kernel)
	install(DIRECTORY ${PROJECT_SOURCE_DIR}/kernel/include/
		DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ksync/kernel
		COMPONENT dev FILES_MATCHING PATTERN "*.h"
	)
endif()
if(KSYNC_BUILD_SHARED)
	ksync_install_target(ksync shared)
endif()
if(KSYNC_BUILD_STATIC)
	ksync_install_target(ksync_static static)
endif()
if(KSYNC_BUILD_CHECKED AND KSYNC_BUILD_SHARED)
	ksync_install_target(ksync_checked checked_shared)
endif()
if(KSYNC_BUILD_CHECKED AND KSYNC_BUILD_STATIC)
	ksync_install_target(ksync_checked_static checked_static)
endif()

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ksync
	DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev
	FILES_MATCHING PATTERN "*.h"
)
set(ksync_generated config.h)
set(ksync_modules ksync ksync-linux)
if(KSYNC_BUILD_CHECKED)
	list(APPEND ksync_generated checked_names.h)
	list(APPEND ksync_modules ksync-checked)
endif()
if(KSYNC_BUILD_KERNEL)
	list(APPEND ksync_modules ksync-kernel)
endif()
list(TRANSFORM ksync_generated PREPEND ${PROJECT_BINARY_DIR}/include/ksync/)
install(FILES ${ksync_generated}
	DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ksync COMPONENT dev
)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/compat/linux
	DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ksync/compat COMPONENT dev
	FILES_MATCHING PATTERN "*.h"
)

install(PROGRAMS ${PROJECT_SOURCE_DIR}/tools/ksync-symbols
	DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT dev
)

# The pkg-config module that the static library needs.
set(KSYNC_URCU_MODULE)
if(KSYNC_HAVE_RCU)
	set(KSYNC_URCU_MODULE liburcu-${KSYNC_RCU})
endif()

configure_package_config_file(
	${PROJECT_SOURCE_DIR}/cmake/ksync-config.cmake.in
	${ksync_package_files}/ksync-config.cmake
	INSTALL_DESTINATION ${ksync_cmake_dir}
	NO_CHECK_REQUIRED_COMPONENTS_MACRO
)
write_basic_package_version_file(
	${ksync_package_files}/ksync-config-version.cmake
	COMPATIBILITY SameMinorVersion
)
install(FILES
	${ksync_package_files}/ksync-config.cmake
	${ksync_package_files}/ksync-config-version.cmake
	DESTINATION ${ksync_cmake_dir} COMPONENT dev
)

# The prefix as a .pc file finds it. A directory that was given as an absolute
# path stays where it is; a space in it is quoted, as pkg-config splits at others.
if(IS_ABSOLUTE ${ksync_pc_dir})
	string(REPLACE " " "\\ " KSYNC_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
else()
	file(RELATIVE_PATH up /${ksync_pc_dir} /)
	string(REGEX REPLACE "/$" "" up ${up})
	set(KSYNC_PC_PREFIX "\${pcfiledir}/${up}")
endif()
foreach(dir LIBDIR INCLUDEDIR)
	string(REPLACE " " "\\ " KSYNC_PC_${dir} "${CMAKE_INSTALL_${dir}}")
	if(NOT IS_ABSOLUTE ${CMAKE_INSTALL_${dir}})
		string(PREPEND KSYNC_PC_${dir} "\${prefix}/")
	endif()
endforeach()
foreach(module IN LISTS ksync_modules)
	configure_file(${PROJECT_SOURCE_DIR}/cmake/${module}.pc.in
		${ksync_package_files}/${module}.pc @ONLY
	)
	install(FILES ${ksync_package_files}/${module}.pc
		DESTINATION ${ksync_pc_dir} COMPONENT dev
	)
endforeach()

# Debian's names: the SONAME is part of the runtime package's.
set(ksync_abi ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(ksync_runtime_package libksync${ksync_abi})
set(ksync_dev_package libksync-dev)
foreach(component runtime dev)
	install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
		DESTINATION
		${CMAKE_INSTALL_DATADIR}/doc/${ksync_${component}_package}
		RENAME copyright COMPONENT ${component}
	)
endforeach()

# The pages, so placed that their links lead to each other.
install(FILES
	${PROJECT_SOURCE_DIR}/CHANGELOG.md
	${PROJECT_SOURCE_DIR}/CONTRIBUTING.md
	${PROJECT_SOURCE_DIR}/LICENSE
	${PROJECT_SOURCE_DIR}/README.md
	${PROJECT_SOURCE_DIR}/SECURITY.md
	DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev
)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs ${PROJECT_SOURCE_DIR}/examples
	DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev
)

if(NOT PROJECT_IS_TOP_LEVEL)
	return()
endif()

set(KSYNC_OWN_DIRECTORIES
	${CMAKE_INSTALL_INCLUDEDIR}/ksync
	${ksync_cmake_dir}
	${CMAKE_INSTALL_DATADIR}/doc/${ksync_runtime_package}
	${CMAKE_INSTALL_DATADIR}/doc/${ksync_dev_package}
	${CMAKE_INSTALL_DOCDIR}
)
configure_file(${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake.in
	${ksync_package_files}/uninstall.cmake @ONLY
)
add_custom_target(uninstall
	COMMAND ${CMAKE_COMMAND} -P ${ksync_package_files}/uninstall.cmake
	COMMENT "Removing what the last installations from here put in place"
	VERBATIM
)

# Binary packages: cpack --preset package.
set(CPACK_PACKAGE_VENDOR "the ksync project")
set(CPACK_PACKAGE_CONTACT "the ksync project")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
	"The shared libraries that programs linked with ksync load.")
set(CPACK_COMPONENT_DEV_DESCRIPTION
	"Headers, static libraries, CMake and pkg-config files, pages, a tool.")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
	OWNER_READ OWNER_WRITE OWNER_EXECUTE
	GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE
)

set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
foreach(component runtime dev)
	set(package ${ksync_${component}_package})
	string(TOUPPER ${component} COMPONENT)
	set(CPACK_DEBIAN_${COMPONENT}_PACKAGE_NAME ${package})
	set(CPACK_ARCHIVE_${COMPONENT}_FILE_NAME
		${package}-${PROJECT_VERSION}-${CMAKE_SYSTEM_PROCESSOR}
	)
endforeach()
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
	"${ksync_runtime_package} (= ${PROJECT_VERSION}), libc6-dev"
)
if(KSYNC_HAVE_RCU)
	string(APPEND CPACK_DEBIAN_DEV_PACKAGE_DEPENDS ", liburcu-dev")
endif()
include(CPack)
