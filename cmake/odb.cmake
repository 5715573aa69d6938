# ODB: turns headers of persistent classes into the code that stores and finds them, for SQLite and for PostgreSQL.
include("${CMAKE_SOURCE_DIR}/sdk/cmake/ParleyOdb.cmake")

find_program(PARLEY_ODB odb)
if(NOT PARLEY_ODB)
    message(FATAL_ERROR "The ODB compiler (odb) is missing; scripts/setup installs it.")
endif()

# parley_odb_entities(<target> SCHEMA <name> [HEADERS <header>...])
#
# For core/storage/entities.hpp: storage/entities-odb.hpp, which users of the classes include, and the units behind it in
# a library that comes with <target>. The schema is embedded under SCHEMA, so that odb::schema_catalog can create it.
# The ODB compiler parses with Debian's GCC, as C++14: a header given here says nothing newer outside `#ifndef
# ODB_COMPILER`.
function(parley_odb_entities target)
    cmake_parse_arguments(PARSE_ARGV 1 entities "" "SCHEMA" "HEADERS")
    if(NOT entities_HEADERS)
        return()
    endif()
    set(units)
    foreach(header IN LISTS entities_HEADERS)
        get_filename_component(stem "${header}" NAME_WE)
        get_filename_component(folder "${header}" DIRECTORY)
        get_filename_component(floor "${folder}" NAME)
        set(out "${CMAKE_BINARY_DIR}/odb/${floor}")
        file(MAKE_DIRECTORY "${out}")
        # Every entity header is a dependency of every other's code: they may include each other.
        parley_odb_code(units HEADER "${header}" SCHEMA ${entities_SCHEMA} INTO "${out}"
                        INCLUDES --include-prefix ${floor} "-I${PARLEY_FLOORS}/${floor}"
                        DEPENDS ${entities_HEADERS} "${CMAKE_SOURCE_DIR}/core/storage/odb.hpp"
                        COMMENT "ODB: ${floor}/${stem}.hpp")
    endforeach()

    add_library(${target}_odb STATIC ${units})
    target_compile_options(${target}_odb PRIVATE -w)  # not our code, so not our warnings
    target_include_directories(${target}_odb PRIVATE $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
    target_link_libraries(${target}_odb PRIVATE PkgConfig::odb SQLite::SQLite3 PkgConfig::pq)

    # The units register themselves when the program starts and nobody calls them by name, so the linker would drop
    # them, and one of the two databases with them, unless it is told to take all.
    target_include_directories(${target} SYSTEM PUBLIC "${CMAKE_BINARY_DIR}/odb")
    target_link_libraries(${target} INTERFACE $<LINK_LIBRARY:WHOLE_ARCHIVE,${target}_odb>)
    add_dependencies(${target} ${target}_odb)
endfunction()
