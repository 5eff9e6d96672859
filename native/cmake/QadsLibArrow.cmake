# Finds libarrow for C++ and makes the target qadataswap_libarrow of it: a system package (CMake config) if there is one, else the
# headers and the shared library inside the pyarrow wheel. Without either the target isn't made; the caller decides what that means.

find_package(Arrow CONFIG QUIET)
if(TARGET Arrow::arrow_shared)
  add_library(qadataswap_libarrow INTERFACE IMPORTED GLOBAL)
  target_link_libraries(qadataswap_libarrow INTERFACE Arrow::arrow_shared)
  message(STATUS "QADataSwap: libarrow ${Arrow_VERSION} from ${Arrow_DIR}")
  return()
endif()

set(qads_pythons "${QADS_PYTHON}")
if(NOT QADS_PYTHON)
  set(qads_pythons "${PROJECT_SOURCE_DIR}/build/venv/bin/python" python3)
endif()
foreach(qads_python IN LISTS qads_pythons)
  execute_process(
    COMMAND
      "${qads_python}" -c
      "import pyarrow as pa; print(pa.__version__, pa.get_include(), pa.get_library_dirs()[0], pa.cpp_build_info.so_version, sep=';')"
    OUTPUT_VARIABLE qads_pyarrow
    OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET
    RESULT_VARIABLE qads_failed)
  if(NOT qads_failed)
    list(GET qads_pyarrow 0 qads_version)
    list(GET qads_pyarrow 1 qads_include)
    list(GET qads_pyarrow 2 qads_libdir)
    list(GET qads_pyarrow 3 qads_soversion)
    if(EXISTS "${qads_libdir}/libarrow.so.${qads_soversion}" AND EXISTS "${qads_include}/arrow/api.h")
      # A full path: CMake then puts its folder into the build tree's RPATH, and the wheel needs no unversioned link.
      add_library(qadataswap_libarrow SHARED IMPORTED GLOBAL)
      set_target_properties(
        qadataswap_libarrow
        PROPERTIES IMPORTED_LOCATION "${qads_libdir}/libarrow.so.${qads_soversion}"
                   INTERFACE_INCLUDE_DIRECTORIES "${qads_include}"
                   INTERFACE_COMPILE_FEATURES cxx_std_20)
      message(STATUS "QADataSwap: libarrow ${qads_version} from the pyarrow of ${qads_python}")
      return()
    endif()
  endif()
endforeach()
message(STATUS "QADataSwap: no libarrow found (neither a CMake package Arrow nor pyarrow; scripts/build_all.sh installs the latter)")
