#include "os/system_error.hpp"

#include <cerrno>
#include <system_error>

#include "base/text.hpp"

namespace qads::os {
namespace {

Code code_of(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::kPermission;
    case ENOSPC:
    case EDQUOT:
      return Code::kNoSpace;
    case ENOMEM:
      return Code::kNoMemory;
    default:
      return Code::kSystem;
  }
}

const char* way_out(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
      return "; close some files or raise the limit (ulimit -n)";
    case EACCES:
    case EPERM:
      return "; check the owner and mode of the file and its directory";
    case EROFS:
      return "; choose a directory that can be written (QADS_DIR)";
    case ENOSPC:
    case EDQUOT:
      return "; free some space there or choose another directory (QADS_DIR)";
    case ENOMEM:
      return "; choose a smaller capacity, or raise the limits of memory, address space or mappings (ulimit -v, "
             "vm.max_map_count)";
    case EFBIG:
      return "; choose a smaller capacity: the file system has no files so large";
    default:
      return "";
  }
}

}  // namespace

Error system_error(const std::string& what, int error) {
  return Error(code_of(error),
               text(what, ": ", std::generic_category().message(error), " (errno ", error, ")", way_out(error)));
}

}  // namespace qads::os
