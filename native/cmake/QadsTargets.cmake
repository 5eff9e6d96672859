# What every target of this project is compiled with, and small functions that make the targets of a folder of sources.

add_library(qadataswap_options INTERFACE)
target_compile_options(
  qadataswap_options
  INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<BOOL:${QADS_WERROR}>:-Werror>
            # g++ 12 takes text put in front of a std::string for memory that overlaps itself (GCC's bug 105651).
            $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

if(QADS_SANITIZE)
  list(JOIN QADS_SANITIZE "," qads_sanitizers)
  # For the whole build: a program half instrumented reports races and leaks that aren't there.
  add_compile_options(-fsanitize=${qads_sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${qads_sanitizers})
  if("thread" IN_LIST QADS_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ warns that TSan doesn't model atomic_thread_fence; where a fence is used, the code says what pairs with it.
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-tsan>)
  endif()
endif()

if(QADS_BUILD_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang" OR QADS_BUILD_TESTS)
    message(FATAL_ERROR "QADS_BUILD_FUZZ needs clang, and a build of its own (preset fuzz)")
  endif()
  # The whole core counts its branches, which is what guides the fuzzer.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# A shared library that shows only the symbols in `map`, has nothing undefined, and carries its own C++ runtime, so that it loads
# beside any other libstdc++ in the process. (A sanitizer needs the shared runtime: it intercepts the throwing of exceptions.)
function(qads_harden_shared target map)
  target_link_options(${target} PRIVATE "LINKER:--version-script=${map}" LINKER:-z,defs LINKER:-z,relro LINKER:-z,now)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${map}")
  if(NOT QADS_SANITIZE)
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()

# Says in `result` whether a source file uses libarrow: by its name, or because it includes qadataswap/arrow.h or arrow/*.
function(qads_source_needs_arrow source result)
  file(STRINGS "${source}" includes REGEX "#[ ]*include[ ]*[<\"](qadataswap/arrow\\.h|arrow/)")
  if(includes OR source MATCHES "_arrow\\.cpp$")
    set(${result} TRUE PARENT_SCOPE)
  else()
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

# One program a source file of `directory` (*.c, *.cpp), linked with `library`, and with libarrow where the file needs it.
function(qads_add_programs directory library)
  file(GLOB sources CONFIGURE_DEPENDS "${directory}/*.c" "${directory}/*.cpp")
  foreach(source IN LISTS sources)
    get_filename_component(name "${source}" NAME_WE)
    qads_source_needs_arrow("${source}" needs_arrow)
    if(needs_arrow AND NOT TARGET qadataswap_libarrow)
      message(STATUS "QADataSwap: no libarrow, so ${name} is not built")
      continue()
    endif()
    add_executable(${name} "${source}")
    target_link_libraries(${name} PRIVATE ${library} qadataswap_options Threads::Threads)
    if(needs_arrow)
      target_link_libraries(${name} PRIVATE qadataswap_libarrow)
    endif()
  endforeach()
endfunction()
