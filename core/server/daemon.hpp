// The program `parleyd`: from arguments to a server that runs until it is told to stop.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "config/environment.hpp"

namespace parley::server {

/// Takes over the process's signals, runs the server, and ends with SIGTERM or SIGINT; a second one ends the process
/// at once. To be called on the main thread before there are others. Answers the exit code: 0 stopped as asked,
/// 1 could not start, 2 when the arguments or the configuration are wrong.
[[nodiscard]] int run_daemon(const std::vector<std::string>& arguments, const config::environment& variables,
                             std::ostream& out, std::ostream& err);

}  // namespace parley::server
