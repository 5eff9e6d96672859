# The command `qads`: a library, and a program that needs nothing on the machine it runs on.
include(CheckLinkerFlag)

file(GLOB qads_cli_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/cli/*.cpp")
list(REMOVE_ITEM qads_cli_sources "${CMAKE_CURRENT_SOURCE_DIR}/cli/main.cpp")
add_library(qads_cli STATIC ${qads_cli_sources})
target_include_directories(qads_cli PUBLIC cli)
target_link_libraries(qads_cli PUBLIC qadataswap_core_static PRIVATE qadataswap_options)
set_target_properties(
  qads_cli
  PROPERTIES POSITION_INDEPENDENT_CODE ON
             CXX_VISIBILITY_PRESET hidden
             VISIBILITY_INLINES_HIDDEN ON)

add_executable(qads cli/main.cpp)
target_link_libraries(qads PRIVATE qads_cli qadataswap_options)
# A sanitizer needs the shared C library, and some systems have no static one.
check_linker_flag(CXX -static qads_can_link_statically)
if(qads_can_link_statically AND NOT QADS_SANITIZE)
  target_link_options(qads PRIVATE -static)
endif()
install(TARGETS qads)
install(FILES "${PROJECT_SOURCE_DIR}/docs/man/qads.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
