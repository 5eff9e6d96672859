# What `cmake --install` puts where, the CMake package QADataSwap and the pkg-config file.
include(CMakePackageConfigHelpers)

install(TARGETS qadataswap_core qadataswap_core_static EXPORT QADataSwapTargets)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/native/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

set(qads_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/QADataSwap")
install(EXPORT QADataSwapTargets NAMESPACE QADataSwap:: DESTINATION "${qads_package_dir}")
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/QADataSwapConfig.cmake.in" "${CMAKE_CURRENT_BINARY_DIR}/QADataSwapConfig.cmake"
  INSTALL_DESTINATION "${qads_package_dir}")
# Before 1.0 a minor version may break the interface.
write_basic_package_version_file(
  "${CMAKE_CURRENT_BINARY_DIR}/QADataSwapConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/QADataSwapConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/QADataSwapConfigVersion.cmake" DESTINATION "${qads_package_dir}")

file(RELATIVE_PATH qads_pc_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file("${CMAKE_CURRENT_LIST_DIR}/qadataswap.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/qadataswap.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/qadataswap.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
