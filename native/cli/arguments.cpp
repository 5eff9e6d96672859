#include <getopt.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "command.hpp"
#include "failure.hpp"
#include "text.hpp"

namespace qads::cli {

// Throws for an option that it doesn't know, words that are too many or too few.
class Parser {
 public:
  explicit Parser(const Command& command) : options_(options_of(command)) {
    letters_ = ":";  // a missing argument is told apart from an unknown option
    for (std::size_t i = 0; i < options_.size(); ++i) {
      const Option& one = options_[i];
      const int has_argument = one.argument == nullptr ? no_argument : required_argument;
      table_.push_back({one.name, has_argument, nullptr, kFirst + static_cast<int>(i)});
      if (one.letter == '\0') continue;
      letters_ += one.letter;
      if (one.argument != nullptr) letters_ += ':';
    }
    table_.push_back({nullptr, 0, nullptr, 0});
  }

  Arguments parse(int argc, char** argv) {
    Arguments arguments;
    opterr = 0;  // our own messages
    optind = 0;  // glibc: begin anew
    for (;;) {
      const int found = ::getopt_long(argc, argv, letters_.c_str(), table_.data(), nullptr);
      if (found == -1) break;
      if (found == '?' || found == ':')
        throw Failure(kUsage,
                      (found == '?' ? "unknown option " : "a value is missing behind ") + printable(culprit(argv)));
      arguments.given_.emplace_back(at(found).name, optarg == nullptr ? "" : optarg);
    }
    arguments.operands_.assign(argv + optind, argv + argc);
    return arguments;
  }

 private:
  static constexpr int kFirst = 256;  // beyond every letter

  // Of a cluster of letters optind has the whole word, optopt the letter; of a long option that it knows optopt has its number.
  static std::string culprit(char** argv) {
    return optopt != 0 && optopt < kFirst ? "-" + std::string(1, static_cast<char>(optopt)) : argv[optind - 1];
  }

  const Option& at(int found) const {
    if (found >= kFirst) return options_[static_cast<std::size_t>(found - kFirst)];
    return *std::find_if(options_.begin(), options_.end(), [&](const Option& one) { return one.letter == found; });
  }

  std::vector<Option> options_;
  std::vector<struct option> table_;
  std::string letters_;
};

namespace {

std::string shortest(double number) {
  std::array<char, 32> shown{};
  return {shown.data(), std::to_chars(shown.data(), shown.data() + shown.size(), number).ptr};
}

}  // namespace

Arguments parse(const Command& command, int argc, char** argv) {
  Arguments arguments = Parser(command).parse(argc, argv);
  if (arguments.has("help")) return arguments;
  const auto count = static_cast<int>(arguments.operands().size());
  if (count < command.least_operands) throw Failure(kUsage, std::string("it wants ") + command.operands);
  if (count > command.most_operands)
    throw Failure(
        kUsage, "too many words: " + printable(arguments.operands()[static_cast<std::size_t>(command.most_operands)]));
  return arguments;
}

bool Arguments::has(const char* option) const {
  return std::any_of(given_.begin(), given_.end(), [&](const auto& one) { return one.first == option; });
}

std::string Arguments::value(const char* option, const std::string& otherwise) const {
  const auto found = std::find_if(given_.rbegin(), given_.rend(), [&](const auto& one) { return one.first == option; });
  return found == given_.rend() ? otherwise : found->second;
}

std::int64_t Arguments::number(const char* option, std::int64_t otherwise, std::int64_t least,
                               std::int64_t most) const {
  if (!has(option)) return otherwise;
  const std::string word = value(option, "");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size() || number < least || number > most)
    throw Failure(kUsage, "--" + std::string(option) + " is '" + printable(word) + "', must be a whole number from " +
                              std::to_string(least) + " to " + std::to_string(most));
  return number;
}

std::int64_t Arguments::seconds(const char* option, std::int64_t otherwise_ns, double least) const {
  if (!has(option)) return otherwise_ns;
  constexpr double kMost = 1e6;
  const std::string word = value(option, "");
  double number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || end != word.data() + word.size() || !(number >= least && number <= kMost))
    throw Failure(kUsage, "--" + std::string(option) + " is '" + printable(word) + "', must be seconds from " +
                              shortest(least) + " to 1000000, such as 0.5");
  return static_cast<std::int64_t>(number * 1e9);
}

}  // namespace qads::cli
