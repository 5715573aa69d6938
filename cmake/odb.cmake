# ODB: turns headers of persistent classes into the code that stores and finds them, for SQLite and for PostgreSQL.

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
        set(written)
        foreach(database "" "-sqlite" "-pgsql")
            list(APPEND units "${out}/${stem}-odb${database}.cpp")
            foreach(suffix hpp ipp cpp)
                list(APPEND written "${out}/${stem}-odb${database}.${suffix}")
            endforeach()
        endforeach()
        # The prologue is for a header of views alone: ODB 2.4 forgets what the code for their objects needs.
        # Every entity header is a dependency of every other's code: they may include each other.
        add_custom_command(
            OUTPUT ${written}
            COMMAND "${PARLEY_ODB}" --std c++14 --multi-database dynamic
                    --database common --database sqlite --database pgsql
                    --generate-query --generate-schema --schema-format embedded --schema-name ${entities_SCHEMA}
                    --cxx-prologue "sqlite:#include <odb/sqlite/simple-object-statements.hxx>"
                    --cxx-prologue "pgsql:#include <odb/pgsql/simple-object-statements.hxx>"
                    --hxx-suffix .hpp --ixx-suffix .ipp --cxx-suffix .cpp
                    --include-prefix ${floor} --output-dir "${out}" "-I${PARLEY_FLOORS}/${floor}" "${header}"
            DEPENDS ${entities_HEADERS} "${CMAKE_SOURCE_DIR}/core/storage/odb.hpp"
            COMMENT "ODB: ${floor}/${stem}.hpp"
            VERBATIM)
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
