# What the ODB compiler is told, for the server's own tables and for plugins' alike.
#
# SPDX-License-Identifier: BSL-1.0

# parley_odb_code(<variable> HEADER <header> SCHEMA <name> INTO <folder> INCLUDES <flag>... [DEPENDS <file>...] [COMMENT <text>])
#
# Makes <stem>-odb.hpp and what belongs to it in the folder, for SQLite and for PostgreSQL, with the schema embedded under
# its name; appends the units to compile to the variable. The ODB compiler parses with the system's GCC, as C++14.
function(parley_odb_code variable)
    cmake_parse_arguments(PARSE_ARGV 1 of "" "HEADER;SCHEMA;INTO;COMMENT" "INCLUDES;DEPENDS")
    get_filename_component(stem "${of_HEADER}" NAME_WE)
    set(units ${${variable}})
    set(written)
    foreach(database "" "-sqlite" "-pgsql")
        list(APPEND units "${of_INTO}/${stem}-odb${database}.cpp")
        foreach(suffix hpp ipp cpp)
            list(APPEND written "${of_INTO}/${stem}-odb${database}.${suffix}")
        endforeach()
    endforeach()
    # The prologue is for headers of views alone: ODB 2.4 forgets what the code for their objects needs.
    add_custom_command(
        OUTPUT ${written}
        COMMAND "${PARLEY_ODB}" --std c++14 --multi-database dynamic
                --database common --database sqlite --database pgsql
                --generate-query --generate-schema --schema-format embedded --schema-name ${of_SCHEMA}
                --cxx-prologue "sqlite:#include <odb/sqlite/simple-object-statements.hxx>"
                --cxx-prologue "pgsql:#include <odb/pgsql/simple-object-statements.hxx>"
                --hxx-suffix .hpp --ixx-suffix .ipp --cxx-suffix .cpp
                ${of_INCLUDES} --output-dir "${of_INTO}" "${of_HEADER}"
        DEPENDS ${of_DEPENDS}
        COMMENT "${of_COMMENT}"
        VERBATIM)
    set(${variable} ${units} PARENT_SCOPE)
endfunction()
