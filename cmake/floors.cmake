# A floor: the sources of core/<name>, visible to those who link it as "<name>/file.hpp" and to nobody else.

# Each floor is reached through a folder that holds one symbolic link, so that a target finds the headers of the floors
# it links, and an include of any other floor fails to compile.
set(PARLEY_FLOORS "${CMAKE_BINARY_DIR}/floors")
configure_file("${CMAKE_SOURCE_DIR}/cmake/version.hpp.in" "${CMAKE_BINARY_DIR}/generated/base/version.hpp" @ONLY)

# parley_floor(<name> [PROGRAMS <stem>...] LINKS <target>...)
#
# Makes the library parley_<name> of every source in core/<name>; an executable of core/<name>/<stem>.cpp for each
# PROGRAMS that is there; and, with PARLEY_TESTS, parley_<name>_test of every *_test.cpp and whatever is in a folder
# testing/, and parley_<name>_headers, which compiles each header alone.
function(parley_floor name)
    cmake_parse_arguments(PARSE_ARGV 1 floor "" "" "PROGRAMS;LINKS")
    set(folder "${CMAKE_SOURCE_DIR}/core/${name}")
    file(MAKE_DIRECTORY "${PARLEY_FLOORS}/${name}")
    file(CREATE_LINK "${folder}" "${PARLEY_FLOORS}/${name}/${name}" SYMBOLIC)

    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cpp")
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${folder}/*.hpp")
    set(tests ${sources})
    list(FILTER tests INCLUDE REGEX "(_test\\.cpp|/testing/[^/]+)$")
    list(FILTER sources EXCLUDE REGEX "(_test\\.cpp|/testing/[^/]+)$")
    foreach(program IN LISTS floor_PROGRAMS)
        list(REMOVE_ITEM sources "${folder}/${program}.cpp")
    endforeach()

    # The empty unit lets a floor of headers only be a library like any other.
    file(GENERATE OUTPUT "${PARLEY_FLOORS}/${name}/floor.cpp" CONTENT "// Floor ${name}.\n")
    add_library(parley_${name} STATIC "${PARLEY_FLOORS}/${name}/floor.cpp" ${sources})
    target_include_directories(parley_${name} PUBLIC "${PARLEY_FLOORS}/${name}")
    if(name STREQUAL "base")
        target_include_directories(parley_base PUBLIC "${CMAKE_BINARY_DIR}/generated")
    endif()
    target_link_libraries(parley_${name} PUBLIC ${floor_LINKS} PRIVATE parley_warnings)

    foreach(program IN LISTS floor_PROGRAMS)
        if(EXISTS "${folder}/${program}.cpp")
            add_executable(${program} "${folder}/${program}.cpp")
            target_link_libraries(${program} PRIVATE parley_${name} parley_warnings)
        endif()
    endforeach()

    if(PARLEY_TESTS)
        parley_floor_tests(${name} "${tests}")
        parley_floor_headers(${name} "${headers}")
    endif()
endfunction()

# Seconds for one test, also under sanitizers on a busy machine.
set(PARLEY_UNIT_PATIENCE 400)

function(parley_floor_tests name tests)
    if(NOT tests)
        return()
    endif()
    add_executable(parley_${name}_test ${tests})
    target_link_libraries(parley_${name}_test PRIVATE parley_${name} parley_warnings GTest::gtest_main GTest::gmock)
    gtest_discover_tests(parley_${name}_test TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
                         PROPERTIES LABELS unit TIMEOUT ${PARLEY_UNIT_PATIENCE})
    parley_unit_target(parley_${name}_test)
endfunction()

# Each header compiles alone: built, not run, and without code or debug information to write.
function(parley_floor_headers name headers)
    set(units)
    foreach(header IN LISTS headers)
        file(RELATIVE_PATH relative "${CMAKE_SOURCE_DIR}/core" "${header}")
        set(unit "${CMAKE_BINARY_DIR}/headers/${relative}.cpp")
        file(GENERATE OUTPUT "${unit}" CONTENT "#include \"${relative}\"\n")
        list(APPEND units "${unit}")
    endforeach()
    if(NOT units)
        return()
    endif()
    add_library(parley_${name}_headers OBJECT EXCLUDE_FROM_ALL ${units})
    target_link_libraries(parley_${name}_headers PRIVATE parley_${name} parley_warnings GTest::gtest GTest::gmock)
    target_compile_options(parley_${name}_headers PRIVATE -O0 -g0)
    add_dependencies(parley_headers parley_${name}_headers)
endfunction()

function(parley_unit_target target)
    add_dependencies(parley_unit_tests ${target})
endfunction()

if(PARLEY_TESTS)
    add_custom_target(parley_unit_tests)
    add_custom_target(parley_headers)
endif()
