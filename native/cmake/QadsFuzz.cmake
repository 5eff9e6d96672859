# The fuzz targets of native/fuzz, a program fuzz_TARGET each. With QADS_BUILD_FUZZ libFuzzer drives them (clang only); in an ordinary
# test build they replay their seeds and the inputs that once failed, and are tests named fuzz.TARGET.
set(qads_fuzz "${PROJECT_SOURCE_DIR}/native/fuzz")
if(NOT TARGET qadataswap_libarrow)
  message(FATAL_ERROR "The fuzz targets need libarrow: scripts/build_all.sh installs it")
endif()

file(GLOB qads_fuzz_support CONFIGURE_DEPENDS "${qads_fuzz}/support/*.cpp" "${PROJECT_SOURCE_DIR}/native/tests/support/*.cpp")
add_library(qads_fuzz_support STATIC ${qads_fuzz_support})
target_include_directories(qads_fuzz_support PUBLIC "${PROJECT_SOURCE_DIR}/native/src" "${PROJECT_SOURCE_DIR}/native/tests"
                                                    "${qads_fuzz}")
target_link_libraries(qads_fuzz_support PUBLIC qadataswap_core_static qadataswap_libarrow qadataswap_options Threads::Threads)
target_compile_definitions(qads_fuzz_support PUBLIC QADS_TEST_DATA_DIR="${PROJECT_SOURCE_DIR}/tests")

file(GLOB qads_fuzz_targets CONFIGURE_DEPENDS "${qads_fuzz}/*.cpp")
list(FILTER qads_fuzz_targets EXCLUDE REGEX "/replay\\.cpp$")
# What preset fuzz builds: clang has no shared library of the sanitizers' runtime that the core's own could be linked with.
add_custom_target(fuzzers)
foreach(source IN LISTS qads_fuzz_targets)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(fuzz_${name} "${source}")
  target_link_libraries(fuzz_${name} PRIVATE qads_fuzz_support)
  add_dependencies(fuzzers fuzz_${name})
  if(QADS_BUILD_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE "${qads_fuzz}/replay.cpp")
    add_test(NAME fuzz.${name} COMMAND fuzz_${name} "${qads_fuzz}/seeds/${name}" "${qads_fuzz}/regressions/${name}")
    set_tests_properties(fuzz.${name} PROPERTIES TIMEOUT 300 LABELS fuzz)
  endif()
endforeach()
