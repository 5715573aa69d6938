// How `parley` asks a server that runs on the same machine: a socket in the data directory, for this account alone.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "base/error.hpp"

namespace parley::server {

using tool_answer = std::move_only_function<void(result<boost::json::object>)>;
/// Calls back exactly once, on any thread.
using tool_question = std::function<void(boost::json::object, tool_answer)>;

/// The server's end, as long as it lives. Takes questions of the account it runs under, and of root's, and of nobody
/// else, whatever the file's rights have become. A question is one line of JSON, the answer another one.
class tool_line {
public:
    /// `stopped` must have been called before what `ask` uses goes away. When the socket cannot be made, the log says
    /// so: serving does not depend on it.
    tool_line(const std::filesystem::path& data_directory, tool_question ask);
    ~tool_line();
    tool_line(const tool_line&) = delete;
    tool_line& operator=(const tool_line&) = delete;

private:
    void listen(const std::stop_token&) const;
    void take(int connection) const;

    std::filesystem::path path_;
    tool_question ask_;
    int socket_ = -1;
    std::jthread thread_;
};

/// The tool's end: asks and waits. Errors: no_server (not_found), not_answered (unavailable), and what the server says.
[[nodiscard]] result<boost::json::object> ask_running_server(const std::filesystem::path& data_directory,
                                                             const boost::json::object& question,
                                                             std::chrono::seconds patience);

}  // namespace parley::server
