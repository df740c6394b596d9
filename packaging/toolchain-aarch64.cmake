# SPDX-License-Identifier: MIT
# Builds for arm64 on another machine, with Debian's cross compiler (gcc-aarch64-linux-gnu). The
# libraries come from BINDTO_SYSROOT. Nothing else of that architecture has to be installed:
#   packaging/fetch SYSROOT trixie arm64 libmnl-dev
#   packaging/fetch SYSROOT bookworm arm64 libcap-dev libjansson-dev libseccomp-dev
#   cmake -DCMAKE_TOOLCHAIN_FILE=packaging/toolchain-aarch64.cmake -DBINDTO_SYSROOT=SYSROOT
#         -DBINDTO_STATIC=ON ...
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_ASM_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_STRIP aarch64-linux-gnu-strip)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

# When CMake tries to compile something, it reads this file again and knows the environment only.
if(BINDTO_SYSROOT)
  set(ENV{BINDTO_SYSROOT} ${BINDTO_SYSROOT})
endif()
set(BINDTO_SYSROOT $ENV{BINDTO_SYSROOT})
set(CMAKE_FIND_ROOT_PATH ${BINDTO_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${BINDTO_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${BINDTO_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig)
# pkg-config must not leave out /usr/include, because it is that of the sysroot.
set(ENV{PKG_CONFIG_ALLOW_SYSTEM_CFLAGS} 1)
