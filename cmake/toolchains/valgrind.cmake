# SPDX-License-Identifier: MIT
#
# This machine, but each program runs under valgrind's memcheck. An error or a
# definite leak makes the exit status 99.

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${CMAKE_HOST_SYSTEM_PROCESSOR})
set(CMAKE_C_COMPILER gcc)
set(CMAKE_CROSSCOMPILING_EMULATOR
	valgrind -q --leak-check=full --errors-for-leak-kinds=definite
	--error-exitcode=99
)
