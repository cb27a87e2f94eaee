# SPDX-License-Identifier: Apache-2.0
# sigla_module(NAME SOURCES … TESTS … FUZZ … BENCH … DEPS … LIBS …) declares one layer.
#
# SOURCES  become the static library sigla_NAME
# TESTS    x_test.cc files, linked into one GoogleTest program NAME_test
# FUZZ     x_fuzz.cc files, one program each, named after the file; ctest replays fuzz/corpus/<file>
# BENCH    x_bench.cc files, linked into one Google Benchmark program NAME_bench
# DEPS     other layers this one may include; tools/tidy fails on any other include
# LIBS     outside libraries

add_library(sigla_options INTERFACE)
target_include_directories(sigla_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(sigla_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these two on correct std::string and std::variant code (GCC bugs 105329, 105562).
  target_compile_options(sigla_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12's std::stable_sort calls its own get_temporary_buffer, which it marks deprecated.
  # -Wconversion means numbers that change their sign, too, which g++ has apart.
  target_compile_options(sigla_options INTERFACE -Wno-deprecated-declarations -Wno-sign-conversion)
endif()
target_link_libraries(sigla_options INTERFACE fmt::fmt Threads::Threads)

function(sigla_module name)
  cmake_parse_arguments(M "" "" "SOURCES;TESTS;FUZZ;BENCH;DEPS;LIBS" ${ARGN})
  string(REPLACE "/" "_" id ${name})
  set(dep_libs "")
  foreach(dep ${M_DEPS})
    string(REPLACE "/" "_" dep_id ${dep})
    list(APPEND dep_libs sigla_${dep_id})
  endforeach()
  add_library(sigla_${id} STATIC ${M_SOURCES})
  target_link_libraries(sigla_${id} PUBLIC sigla_options ${dep_libs} ${M_LIBS})
  if(NOT SIGLA_TESTS)
    return()
  endif()
  if(M_TESTS)
    add_executable(${id}_test ${M_TESTS})
    target_link_libraries(${id}_test PRIVATE sigla_${id} sigla_testing GTest::gmock GTest::gtest_main)
    add_test(NAME ${id}_test COMMAND ${id}_test)
    set_tests_properties(${id}_test PROPERTIES LABELS unit TIMEOUT 120)
  endif()
  foreach(fuzz_source ${M_FUZZ})
    get_filename_component(target ${fuzz_source} NAME_WE)
    add_executable(${target} ${fuzz_source})
    target_link_libraries(${target} PRIVATE sigla_${id})
    if(SIGLA_LIBFUZZER)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
      target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/fuzz/replay_main.cc)
    endif()
    set_property(GLOBAL APPEND PROPERTY SIGLA_FUZZ_TARGETS ${target})
    add_test(NAME ${target} COMMAND ${target} -runs=0 ${CMAKE_SOURCE_DIR}/fuzz/corpus/${target})
    set_tests_properties(${target} PROPERTIES LABELS fuzz TIMEOUT 120)
  endforeach()
  if(M_BENCH)
    add_executable(${id}_bench ${M_BENCH})
    target_link_libraries(${id}_bench PRIVATE sigla_${id} sigla_testing benchmark::benchmark_main)
  endif()
endfunction()
