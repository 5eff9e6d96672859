// A stream that writes to standard output itself: where it can't, the command ends and says why, and an interrupt ends it also
// where nobody reads what it prints.
#pragma once

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace qads::cli {

// While it lives, `stream` writes to `fd` and throws: Failure where that fails, Interrupted where it was interrupted.
// Nothing may be written to it afterwards, and what wasn't flushed is lost.
class Output : private std::streambuf {
 public:
  Output(std::ostream& stream, int fd);
  ~Output() override;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

 private:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;
  void write(std::string_view text) const;
  void wait_for_room() const;

  std::ostream& stream_;
  int fd_;
  std::streambuf* before_;
  std::string pending_;
};

}  // namespace qads::cli
