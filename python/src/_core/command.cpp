#include "command.hpp"

#include <pybind11/stl.h>

#include <iostream>
#include <string>
#include <vector>

#include "cli.hpp"

namespace py = pybind11;

namespace qads_python {
namespace {

// The command has the process to itself: it writes to its standard output and takes its signals, as the program does.
int run_command(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const py::gil_scoped_release released;
  const int status = qads::cli::run(static_cast<int>(arguments.size()), argv.data(), std::cout, std::cerr);
  std::cout.flush();
  return status;
}

}  // namespace

void bind_command(py::module_& module) { module.def("run_command", run_command, py::arg("arguments")); }

}  // namespace qads_python
