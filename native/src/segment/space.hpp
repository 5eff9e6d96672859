// Memory for a part of a segment's file, before anybody writes there: a full tmpfs is an error here instead of a SIGBUS.
#pragma once

#include <cstdint>
#include <string>

#include "os/file.hpp"

namespace qads::segment {

// Error of a failed reservation. kNoSpace names path, bytes wanted, bytes free and what to do.
[[noreturn]] void throw_no_memory(int error, int fd, const std::string& who, const char* part, std::uint64_t wanted);

// Header, sync, schema: small parts, by fallocate.
void reserve_part(int fd, const std::string& who, const char* part, std::uint64_t offset, std::uint64_t size);

}  // namespace qads::segment
