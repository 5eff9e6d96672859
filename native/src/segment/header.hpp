// The header: planned from the options of a new segment, and checked field by field when an existing one is opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "layout/header.hpp"
#include "os/file.hpp"
#include "segment/segment.hpp"

namespace qads::segment {

// What a segment is called in messages: "segment 'ticks' (/dev/shm/qads_ticks)".
std::string describe(const std::string& name, const std::string& path);

// Throws kInvalid naming the option, its value and what is allowed.
void check_options(const std::string& name, const CreateOptions& options);

// All that is known before the file exists: sections, sizes, options. The options have been checked.
layout::Header plan(const CreateOptions& options, std::uint64_t page_size);
std::uint64_t checksum(const layout::Header& header);

// First bytes of the file at fd say "segment", whatever its version and state. Doesn't throw for a short file.
bool has_magic(int fd, const std::string& path);

// Reads and checks every field against the others and against the file's own state. Throws kForeign, kVersion, kCorrupt
// (naming segment, field, value, allowed range). `identity`: also that the header means this very file.
layout::Header read_header(int fd, const os::Status& file, const std::string& name, const std::string& path,
                           bool identity);

}  // namespace qads::segment
