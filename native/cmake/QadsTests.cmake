# One test program a folder native/tests/LAYER (LAYER_tests), linked with the static core, so that tests reach its inside, with the
# helpers in native/tests/support and with libarrow; but not of native/tests/faults, which needs another core (QadsFaults). Plus tests of
# what is shipped: the exported symbols, no trace of fault points, and the installed package.
include(GoogleTest)
find_package(GTest REQUIRED)
if(NOT TARGET qadataswap_libarrow)
  message(FATAL_ERROR "QADS_BUILD_TESTS needs libarrow: scripts/build_all.sh installs it, or set QADS_BUILD_TESTS=OFF")
endif()

set(qads_tests "${PROJECT_SOURCE_DIR}/native/tests")
add_library(qads_test_deps INTERFACE)
target_include_directories(qads_test_deps INTERFACE "${PROJECT_SOURCE_DIR}/native/src" "${qads_tests}")
target_link_libraries(qads_test_deps INTERFACE qadataswap_libarrow qadataswap_options GTest::gmock Threads::Threads)
target_compile_definitions(qads_test_deps INTERFACE QADS_TEST_DATA_DIR="${PROJECT_SOURCE_DIR}/tests")
if(QADS_SANITIZE)
  # What is optimised is the core: sanitized tests would take three times as long to compile, and no less to run.
  target_compile_options(qads_test_deps INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-O0>)
endif()

file(GLOB qads_support_sources CONFIGURE_DEPENDS "${qads_tests}/support/*.cpp")
if(qads_support_sources)
  add_library(qads_test_support STATIC ${qads_support_sources})
  target_include_directories(qads_test_support PRIVATE "${PROJECT_SOURCE_DIR}/native/include")
  target_link_libraries(qads_test_support PUBLIC qads_test_deps)
endif()

# The header that takes longest, compiled once. Only here: without sanitizers, files are compiled as they are, which shows that each
# includes what it uses.
if(QADS_SANITIZE)
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/qads_test_pch.cpp" CONTENT "")
  add_library(qads_test_pch OBJECT "${CMAKE_CURRENT_BINARY_DIR}/qads_test_pch.cpp")
  target_link_libraries(qads_test_pch PRIVATE qads_test_deps)
  target_precompile_headers(qads_test_pch PRIVATE <gtest/gtest.h>)
endif()

file(GLOB qads_test_folders CONFIGURE_DEPENDS LIST_DIRECTORIES true "${qads_tests}/*")
foreach(folder IN LISTS qads_test_folders)
  get_filename_component(layer "${folder}" NAME)
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  if(layer MATCHES "^(support|faults)$" OR NOT sources)
    continue()
  endif()
  set(target ${layer}_tests)
  add_executable(${target} ${sources})
  target_link_libraries(
    ${target} PRIVATE $<TARGET_NAME_IF_EXISTS:qads_test_support> qadataswap_core_static qads_test_deps GTest::gtest_main)
  if(QADS_SANITIZE)
    target_precompile_headers(${target} REUSE_FROM qads_test_pch)
  endif()
  # Listed when ctest runs, not when the program is linked: a build machine may not be able to run a sanitized program.
  gtest_discover_tests(
    ${target}
    TEST_PREFIX "${layer}."
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT 300 LABELS ${layer})
endforeach()

add_test(NAME package.exports COMMAND "${CMAKE_COMMAND}" -DNM=${CMAKE_NM} -DLIBRARY=$<TARGET_FILE:qadataswap_core>
                                      -DPATTERN=^qads_ -P "${CMAKE_CURRENT_LIST_DIR}/check_exports.cmake")
add_test(NAME package.fault_points COMMAND "${CMAKE_COMMAND}" -DLIBRARY=$<TARGET_FILE:qadataswap_core> -DEXPECTED=FALSE -P
                                           "${CMAKE_CURRENT_LIST_DIR}/check_fault_points.cmake")
if(QADS_BUILD_JNI)
  add_test(NAME package.jni_exports
           COMMAND "${CMAKE_COMMAND}" -DNM=${CMAKE_NM} -DLIBRARY=$<TARGET_FILE:qadataswap_jni>
                   "-DPATTERN=^(Java_|JNI_On(Load|Unload)$)" -P "${CMAKE_CURRENT_LIST_DIR}/check_exports.cmake")
endif()
if(NOT QADS_SANITIZE)
  # A consumer of the installed package isn't built with the sanitizer the library was built with.
  add_test(NAME package.install
           COMMAND "${CMAKE_COMMAND}" -DBUILD_DIR=${PROJECT_BINARY_DIR} -DWORK_DIR=${PROJECT_BINARY_DIR}/package_test
                   -DCONSUMER_DIR=${qads_tests}/package -DVERSION=${PROJECT_VERSION} -DLIBDIR=${CMAKE_INSTALL_LIBDIR}
                   -DCC=${CMAKE_C_COMPILER} -DCXX=${CMAKE_CXX_COMPILER} -P
                   "${CMAKE_CURRENT_LIST_DIR}/check_package.cmake")
endif()
get_property(qads_package_tests DIRECTORY PROPERTY TESTS)
foreach(test IN LISTS qads_package_tests)
  if(test MATCHES "^package\\.")
    set_tests_properties(${test} PROPERTIES TIMEOUT 300 LABELS package)
  endif()
endforeach()
