# find_package(ParleySDK): the target ParleySDK::sdk, and parley_add_plugin(). The same file serves Parley's own tree.
#
# SPDX-License-Identifier: BSL-1.0
include(CMakeFindDependencyMacro)
include("${CMAKE_CURRENT_LIST_DIR}/ParleyOdb.cmake")

# In the tree this is sdk/cmake, installed it is <prefix>/lib/cmake/ParleySDK.
if(EXISTS "${CMAKE_CURRENT_LIST_DIR}/../include/parley/abi/plugin.h")
    get_filename_component(PARLEY_SDK_INCLUDE "${CMAKE_CURRENT_LIST_DIR}/../include" ABSOLUTE)
else()
    get_filename_component(PARLEY_SDK_INCLUDE "${CMAKE_CURRENT_LIST_DIR}/../../../include" ABSOLUTE)
endif()
set(PARLEY_SDK_CMAKE "${CMAKE_CURRENT_LIST_DIR}")

find_dependency(Threads)
find_dependency(Boost 1.81 CONFIG COMPONENTS headers)
find_package(Python3 QUIET COMPONENTS Interpreter)
if(NOT Python3_Interpreter_FOUND)
    set(ParleySDK_FOUND FALSE)
    set(ParleySDK_NOT_FOUND_MESSAGE "python3 with python3-yaml is needed to embed plugin.yaml.")
    return()
endif()

file(STRINGS "${PARLEY_SDK_INCLUDE}/parley/abi/plugin.h" abi_lines REGEX "^#define PARLEY_ABI_(MAJOR|MINOR) ")
string(REGEX REPLACE ".*MAJOR ([0-9]+)u.*MINOR ([0-9]+)u.*" "\\1.\\2" PARLEY_SDK_ABI "${abi_lines}")

if(NOT TARGET ParleySDK::sdk)
    add_library(ParleySDK::sdk INTERFACE IMPORTED GLOBAL)
    target_include_directories(ParleySDK::sdk INTERFACE "${PARLEY_SDK_INCLUDE}")
    target_compile_features(ParleySDK::sdk INTERFACE cxx_std_20)
    # Boost.JSON is compiled into the plugin, hidden like everything else, and never shared with the server's.
    target_compile_definitions(ParleySDK::sdk INTERFACE BOOST_JSON_NO_LIB BOOST_CONTAINER_NO_LIB)
    target_link_libraries(ParleySDK::sdk INTERFACE Boost::headers Threads::Threads)

    add_library(parley_sdk_json STATIC EXCLUDE_FROM_ALL "${PARLEY_SDK_CMAKE}/json.cpp")
    target_link_libraries(parley_sdk_json PUBLIC ParleySDK::sdk)
    target_compile_options(parley_sdk_json PRIVATE -w)
    set_target_properties(parley_sdk_json PROPERTIES
        POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endif()

# parley_add_plugin(<name> SOURCES <file>... [MANIFEST <plugin.yaml>] [MIGRATIONS <folder>] [ENTITIES <header>...]
#                   [CONTRACT <folder>...] [TESTS <file>...] [LINKS <target>...]
#                   [SHARE <folder>])
#
# Makes <name>.so in <build>/plugins (or PARLEY_PLUGIN_OUTPUT), which the server can load as it is: its manifest and its migrations are in it, it
# shows nothing but its entry, and it is never unloaded. ENTITIES are headers of persistent classes; "x-odb.hpp" is
# generated from "x.hpp". CONTRACT are folders of other plugins' contracts. With TESTS also makes <name>_test, of the
# same code, which uses parley/testing/fake_host.hpp and GoogleTest, and adds its tests to CTest. SHARE is a folder whose
# files the plugin serves as "share:x"; it is copied to <name>.share beside the library, and has to stay there.
function(parley_add_plugin name)
    cmake_parse_arguments(PARSE_ARGV 1 plugin "" "MANIFEST;MIGRATIONS;SHARE" "SOURCES;ENTITIES;CONTRACT;TESTS;LINKS")
    if(plugin_UNPARSED_ARGUMENTS OR NOT plugin_SOURCES)
        message(FATAL_ERROR "parley_add_plugin(${name}): SOURCES are needed, and `${plugin_UNPARSED_ARGUMENTS}` is not known")
    endif()
    if(NOT plugin_MANIFEST)
        set(plugin_MANIFEST plugin.yaml)
    endif()
    if(NOT PARLEY_PLUGIN_OUTPUT)
        set(PARLEY_PLUGIN_OUTPUT "${CMAKE_BINARY_DIR}/plugins")
    endif()
    set(out "${CMAKE_CURRENT_BINARY_DIR}/${name}.generated")
    file(MAKE_DIRECTORY "${out}")

    add_library(${name}_objects OBJECT ${plugin_SOURCES})
    target_include_directories(${name}_objects PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}" ${plugin_CONTRACT})
    target_include_directories(${name}_objects SYSTEM PUBLIC "${out}")  # generated: not our warnings
    target_link_libraries(${name}_objects PUBLIC ParleySDK::sdk ${plugin_LINKS})
    set_target_properties(${name}_objects PROPERTIES
        POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    # ODB's pragmas in headers of entities are for the ODB compiler. On the sources, so that it stands behind -Wall.
    set_source_files_properties(${plugin_SOURCES} PROPERTIES COMPILE_OPTIONS -Wno-unknown-pragmas)

    set(odb_version "")
    if(plugin_ENTITIES)
        parley_plugin_entities(${name} "${out}" ${plugin_ENTITIES})
    endif()
    parley_plugin_section(${name} "${out}" "${plugin_MANIFEST}" "${plugin_MIGRATIONS}" "${odb_version}")

    add_library(${name} MODULE $<TARGET_OBJECTS:${name}_objects>)
    if(TARGET ${name}_odb)
        target_sources(${name} PRIVATE $<TARGET_OBJECTS:${name}_odb>)
    endif()
    # Not the object library itself: that would bring its objects a second time.
    set(links ParleySDK::sdk parley_sdk_json ${plugin_LINKS})
    if(TARGET ${name}_odb)
        list(APPEND links PkgConfig::parley_sdk_odb)
    endif()
    target_link_libraries(${name} PRIVATE ${links})
    set_target_properties(${name} PROPERTIES
        PREFIX "" SUFFIX ".so" LINKER_LANGUAGE CXX LIBRARY_OUTPUT_DIRECTORY "${PARLEY_PLUGIN_OUTPUT}"
        LINK_DEPENDS "${PARLEY_SDK_CMAKE}/plugin.map")
    target_link_options(${name} PRIVATE "LINKER:--version-script=${PARLEY_SDK_CMAKE}/plugin.map" "LINKER:-z,nodelete")
    # Sanitizers leave symbols open, which the program that loads the library brings.
    if(NOT PARLEY_SANITIZE AND NOT "${CMAKE_CXX_FLAGS} ${CMAKE_MODULE_LINKER_FLAGS}" MATCHES "-fsanitize")
        target_link_options(${name} PRIVATE "LINKER:-z,defs")
    endif()

    if(plugin_SHARE)
        get_filename_component(share "${plugin_SHARE}" ABSOLUTE)
        file(GLOB_RECURSE served CONFIGURE_DEPENDS "${share}/*")
        set(copied "${CMAKE_CURRENT_BINARY_DIR}/${name}.share.copied")
        add_custom_command(
            OUTPUT "${copied}"
            COMMAND "${CMAKE_COMMAND}" -E rm -rf "${PARLEY_PLUGIN_OUTPUT}/${name}.share"
            COMMAND "${CMAKE_COMMAND}" -E copy_directory "${share}" "${PARLEY_PLUGIN_OUTPUT}/${name}.share"
            COMMAND "${CMAKE_COMMAND}" -E touch "${copied}"
            DEPENDS ${served}
            COMMENT "Plugin ${name}: what it serves" VERBATIM)
        add_custom_target(${name}_share ALL DEPENDS "${copied}")
        set_target_properties(${name}_share PROPERTIES PARLEY_COPIED "${copied}")
        add_dependencies(${name} ${name}_share)
    endif()

    if(plugin_TESTS)
        find_package(GTest REQUIRED)
        include(GoogleTest)
        add_executable(${name}_test ${plugin_TESTS} $<TARGET_OBJECTS:${name}_objects>)
        if(TARGET ${name}_odb)
            target_sources(${name}_test PRIVATE $<TARGET_OBJECTS:${name}_odb>)
        endif()
        target_include_directories(${name}_test PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" ${plugin_CONTRACT})
        target_include_directories(${name}_test SYSTEM PRIVATE "${out}")
        target_link_libraries(${name}_test PRIVATE ${links} GTest::gtest_main)
        if(plugin_MIGRATIONS)
            find_package(SQLite3 REQUIRED)
            target_link_libraries(${name}_test PRIVATE SQLite::SQLite3)
        endif()
        gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
                             PROPERTIES LABELS unit TIMEOUT 400)
    endif()
endfunction()

# The manifest and the migrations, in the ELF section .parley_plugin; plugin_section.py says what is wrong with them.
function(parley_plugin_section name out manifest migrations odb_version)
    get_filename_component(manifest "${manifest}" ABSOLUTE)
    set(arguments --name "${name}" --manifest "${manifest}" --abi "${PARLEY_SDK_ABI}" "--odb=${odb_version}"
                  --compiler "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
                  --section "${out}/section.json" --header "${out}/parley_plugin_manifest.hpp")
    set(files)
    if(migrations)
        get_filename_component(migrations "${migrations}" ABSOLUTE)
        list(APPEND arguments --migrations "${migrations}")
        file(GLOB files CONFIGURE_DEPENDS "${migrations}/*/*.sql")
    endif()
    add_custom_command(
        OUTPUT "${out}/section.json" "${out}/parley_plugin_manifest.hpp"
        COMMAND Python3::Interpreter "${PARLEY_SDK_CMAKE}/plugin_section.py" ${arguments}
        DEPENDS "${manifest}" ${files} "${PARLEY_SDK_CMAKE}/plugin_section.py"
        COMMENT "Plugin ${name}: manifest and migrations"
        VERBATIM)
    # The two symbols are for the tests, which read their own section; a server reads the file.
    file(CONFIGURE OUTPUT "${out}/section.cpp" @ONLY CONTENT [[
// The plugin's manifest and migrations, for whoever reads the library without running it.
asm(".pushsection .parley_plugin, \"a\", @progbits\n"
    ".globl parley_plugin_section\n"
    ".hidden parley_plugin_section\n"
    "parley_plugin_section:\n"
    ".incbin \"@out@/section.json\"\n"
    ".globl parley_plugin_section_end\n"
    ".hidden parley_plugin_section_end\n"
    "parley_plugin_section_end:\n"
    ".popsection\n");
]])
    set_source_files_properties("${out}/section.cpp" PROPERTIES OBJECT_DEPENDS "${out}/section.json")
    target_sources(${name}_objects PRIVATE "${out}/section.cpp" "${out}/parley_plugin_manifest.hpp")
endfunction()

# The code behind the persistent classes, for both databases, as a library of objects <name>_odb.
macro(parley_plugin_entities name out)
    find_program(PARLEY_ODB odb)
    find_package(PkgConfig QUIET)
    if(NOT PARLEY_ODB OR NOT PkgConfig_FOUND)
        message(FATAL_ERROR "parley_add_plugin(${name}): ENTITIES need the ODB compiler (odb) and pkg-config")
    endif()
    if(NOT TARGET PkgConfig::parley_sdk_odb)
        pkg_check_modules(parley_sdk_odb REQUIRED IMPORTED_TARGET GLOBAL libodb libodb-sqlite libodb-pgsql libpq)
    endif()
    execute_process(COMMAND "${PARLEY_ODB}" --version OUTPUT_VARIABLE odb_version)
    string(REGEX REPLACE ".*compiler for C\\+\\+ ([0-9.]+).*" "\\1" odb_version "${odb_version}")

    set(units)
    set(headers)
    foreach(header ${ARGN})
        get_filename_component(header "${header}" ABSOLUTE)
        list(APPEND headers "${header}")
    endforeach()
    foreach(header ${headers})
        get_filename_component(stem "${header}" NAME_WE)
        parley_odb_code(units HEADER "${header}" SCHEMA ${name} INTO "${out}"
                        INCLUDES "-I${PARLEY_SDK_INCLUDE}" "-I${CMAKE_CURRENT_SOURCE_DIR}"
                        DEPENDS ${headers} "${PARLEY_SDK_INCLUDE}/parley/odb.hpp"
                        COMMENT "ODB: ${name}/${stem}.hpp")
    endforeach()
    add_library(${name}_odb OBJECT ${units})
    target_compile_options(${name}_odb PRIVATE -w)  # not our code, so not our warnings
    target_include_directories(${name}_odb PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" "${out}" "${PARLEY_SDK_INCLUDE}")
    target_link_libraries(${name}_odb PRIVATE PkgConfig::parley_sdk_odb)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # libodb 2.4 declares destructors with `throw ()`, which GCC takes up to C++14 only.
        set_target_properties(${name}_odb PROPERTIES CXX_STANDARD 14)
    endif()
    set_target_properties(${name}_odb PROPERTIES
        POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    # The plugin's own sources include what is generated.
    add_dependencies(${name}_objects ${name}_odb)
    target_link_libraries(${name}_objects PUBLIC PkgConfig::parley_sdk_odb)
endmacro()
