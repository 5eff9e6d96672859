# What kills processes at the fault points of native/src/os/fault_point.hpp: a small program that does as it is told, and the tests
# that tell it. Both with a core that has the points; the target `faults` is all that they need.
include(GoogleTest)
find_package(GTest REQUIRED)

set(qads_faults "${PROJECT_SOURCE_DIR}/native/tests/faults")
file(GLOB qads_fault_agent_sources CONFIGURE_DEPENDS "${qads_faults}/agent/*.cpp")
file(GLOB qads_fault_test_sources CONFIGURE_DEPENDS "${qads_faults}/*.cpp")
add_executable(fault_agent ${qads_fault_agent_sources})
add_executable(faults_tests ${qads_fault_test_sources})
foreach(target fault_agent faults_tests)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/native/src" "${PROJECT_SOURCE_DIR}/native/tests")
  target_link_libraries(${target} PRIVATE qadataswap_core_static qadataswap_options)
  target_compile_definitions(${target} PRIVATE QADS_FAULT_POINTS)
endforeach()
# Thousands of short lives: a program that is linked statically starts in half the time.
target_link_options(fault_agent PRIVATE -static)
target_link_libraries(faults_tests PRIVATE GTest::gtest_main)
target_compile_definitions(faults_tests PRIVATE QADS_FAULT_AGENT="$<TARGET_FILE:fault_agent>")
add_custom_target(faults DEPENDS fault_agent faults_tests qadataswap_core)
gtest_discover_tests(
  faults_tests
  TEST_PREFIX "faults."
  DISCOVERY_MODE PRE_TEST
  DISCOVERY_TIMEOUT 120
  PROPERTIES TIMEOUT 300 LABELS faults)

# What tells that package.fault_points, in the other builds, can fail.
add_test(NAME faults.library COMMAND "${CMAKE_COMMAND}" -DLIBRARY=$<TARGET_FILE:qadataswap_core> -DEXPECTED=TRUE -P
                                     "${CMAKE_CURRENT_LIST_DIR}/check_fault_points.cmake")
