#include "segment/header.hpp"

#include <bit>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/process.hpp"

namespace qads::segment {
namespace {

using layout::Header;

constexpr std::uint64_t kLeastPage = 4096;
constexpr std::uint64_t kMostPage = std::uint64_t{1} << 30;
constexpr std::uint64_t kMaxOrder = std::uint64_t{1} << 20;

class Checker {
 public:
  Checker(const Header& header, const std::string& who) : header_(header), who_(who) {}

  [[noreturn]] void corrupt(const std::string& what) const {
    throw Error(Code::kCorrupt,
                text(who_, ": ", what, ": the file is damaged; remove it and create the segment again"));
  }

  void within(const char* field, std::uint64_t value, std::uint64_t least, std::uint64_t most) const {
    if (value < least || value > most)
      corrupt(text("header field ", field, " is ", value, ", allowed are ", least, " to ", most));
  }

  void power_of_two(const char* field, std::uint64_t value) const {
    if (!std::has_single_bit(value)) corrupt(text("header field ", field, " is ", value, ", not a power of two"));
  }

  // A section lies on pages of its own behind `begin` and within the file. Returns its end.
  std::uint64_t section(const char* name, std::uint64_t offset, std::uint64_t size, std::uint64_t begin,
                        std::uint64_t least_size) const {
    const std::uint64_t file = header_.file_size;
    if (offset % header_.page_size != 0)
      corrupt(
          text("header field ", name, "_offset is ", offset, ", not a multiple of the page size ", header_.page_size));
    if (offset < begin || offset > file)
      corrupt(text("header field ", name, "_offset is ", offset, ", allowed are ", begin, " to ", file));
    if (size % header_.page_size != 0)
      corrupt(text("header field ", name, "_size is ", size, ", not a multiple of the page size ", header_.page_size));
    if (size < least_size || size > file - offset)
      corrupt(text("header field ", name, "_size is ", size, ", allowed are ", least_size, " to ", file - offset));
    return offset + size;
  }

 private:
  const Header& header_;
  const std::string& who_;
};

void check_version(const Header& header, const std::string& who) {
  if (header.major != layout::kMajor)
    throw Error(Code::kVersion, text(who, " has layout version ", header.major, ".", header.minor,
                                     ", this library knows ", layout::kMajor, ".", layout::kMinor, " and every later ",
                                     layout::kMajor, ".x; use the same major version of QADataSwap on both sides"));
}

void check_sections(const Header& header, const Checker& check) {
  check.within("page_size", header.page_size, kLeastPage, kMostPage);
  check.power_of_two("page_size", header.page_size);
  if (header.page_size % os::page_size() != 0)
    check.corrupt(
        text("header field page_size is ", header.page_size, ", not a multiple of this machine's ", os::page_size()));
  check.within("slot_count", header.slot_count, 1, layout::kMaxSlots);
  check.within("order_count", header.order_count, header.slot_count, kMaxOrder);
  check.power_of_two("order_count", header.order_count);
  check.within("reader_capacity", header.reader_capacity, 1, layout::kMaxReaders);
  check.within("overflow", header.overflow, layout::kOverflowBlock, layout::kOverflowDropOldest);
  check.within("lifetime", header.lifetime, layout::kUntilDrained, layout::kKeep);
  check.within("evict_after_ms", header.evict_after_ms, 0, INT64_MAX);

  std::uint64_t end = header.page_size;
  end = check.section("schema", header.schema_offset, header.schema_size, end, sizeof(layout::SchemaHeader));
  end = check.section("sync", header.sync_offset, header.sync_size, end,
                      layout::sync_bytes(header.order_count, header.slot_count));
  check.section("data", header.data_offset, header.data_size, end, 1);
}

}  // namespace

bool has_magic(int fd, const std::string& path) {
  std::uint64_t magic = 0;
  return os::read_at(fd, 0, &magic, sizeof magic, path) == sizeof magic && magic == layout::kMagic;
}

// Version before checksum and sizes: another layout may have other fields in other places.
Header read_header(int fd, const os::Status& file, const std::string& name, const std::string& path, bool identity) {
  const std::string who = describe(name, path);
  Header header{};
  const std::size_t got = os::read_at(fd, 0, &header, sizeof header, path);
  if (got < sizeof header.magic || header.magic != layout::kMagic)
    throw Error(Code::kForeign, text(path, " isn't a QADataSwap segment (", file.size,
                                     " bytes, without the magic number); choose another name or directory"));
  const Checker check(header, who);
  if (got < offsetof(Header, file_size))
    check.corrupt(text("truncated to ", got, " bytes, a header has ", sizeof(Header)));
  check_version(header, who);
  if (got < sizeof header) check.corrupt(text("truncated to ", got, " bytes, a header has ", sizeof(Header)));
  if (header.byte_order != layout::kByteOrderMark)
    check.corrupt(
        text("header field byte_order is ", header.byte_order, ", this machine's is ", layout::kByteOrderMark));
  if (header.checksum != checksum(header))
    check.corrupt(text("header field checksum is ", header.checksum, ", the header's bytes give ", checksum(header)));
  if (file.size != header.file_size)
    check.corrupt(text(file.size < header.file_size ? "truncated to " : "has ", file.size,
                       " bytes, header field file_size is ", header.file_size));
  check_sections(header, check);
  if (identity && (file.device != header.device || file.inode != header.inode))
    throw Error(Code::kCorrupt,
                text(who, ": header fields device and inode are ", header.device, " and ", header.inode,
                     ", the file's are ", file.device, " and ", file.inode,
                     ": it is a copy, or another view of the file (overlayfs) whose locks can't be trusted; use the "
                     "original, or read a copy in offline mode"));
  return header;
}

}  // namespace qads::segment
