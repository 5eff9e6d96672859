# cmake -DLIBRARY=… -DEXPECTED=TRUE|FALSE -P check_fault_points.cmake: fails unless LIBRARY has fault points exactly if it should.
file(STRINGS "${LIBRARY}" traces REGEX "QADS_FAULT|take\\.marked|reach_fault_point")
if(traces AND NOT EXPECTED)
  message(FATAL_ERROR "${LIBRARY} has fault points: ${traces}")
elseif(EXPECTED AND NOT traces)
  message(FATAL_ERROR "${LIBRARY} has no fault points")
endif()
message(STATUS "${LIBRARY}: as it should be")
