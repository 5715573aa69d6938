# The compiler: which ones are good enough, and how strictly they read our code.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        message(FATAL_ERROR
            "GCC ${CMAKE_CXX_COMPILER_VERSION} cannot build Parley: before version 13 it corrupts memory when a temporary "
            "aggregate, or a temporary lambda with captures by value, is born inside a co_await expression. "
            "Use Clang 19: cmake --preset debug, or -DCMAKE_CXX_COMPILER=clang++-19.")
    endif()
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
        message(FATAL_ERROR
            "Clang ${CMAKE_CXX_COMPILER_VERSION} is too old for Parley: it needs version 19 or newer for C++23 with "
            "libstdc++. Use cmake --preset debug, or -DCMAKE_CXX_COMPILER=clang++-19.")
    endif()
else()
    message(FATAL_ERROR "Parley is built with Clang 19 or newer (or GCC 13 or newer), not ${CMAKE_CXX_COMPILER_ID}.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

# Line tables give readable stack traces; full debug information doubles the build and is for the debug preset only.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -gline-tables-only -DNDEBUG")

find_program(PARLEY_CCACHE ccache)
if(PARLEY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${PARLEY_CCACHE}")
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_link_options(-fuse-ld=lld)
endif()

# Log lines and assertions name files from the root of the repository, not from somebody's home directory.
add_compile_options("-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=")
# Bounds checks in std::vector, std::span and std::string stay on in every build: a server reads strangers' bytes.
add_compile_definitions(_GLIBCXX_ASSERTIONS)

if(PARLEY_SANITIZE)
    add_compile_options("-fsanitize=${PARLEY_SANITIZE}" -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options("-fsanitize=${PARLEY_SANITIZE}")
endif()

# Linked privately by each of our targets and by nothing generated.
add_library(parley_warnings INTERFACE)
target_compile_options(parley_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi -Wimplicit-fallthrough
    # A struct of options is meant to be filled in part: f({.limit = 10}).
    -Wno-missing-field-initializers
    # `#pragma db` speaks to the ODB compiler.
    -Wno-unknown-pragmas
    $<$<BOOL:${PARLEY_WERROR}>:-Werror>)
