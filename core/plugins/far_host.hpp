// The host as a plugin in a process of its own sees it: the same tables, and a socket behind them.
#pragma once

#include <parley/abi/ext/host.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "plugins/wire.hpp"

namespace parley::plugins {

/// Reads exactly so many bytes; false at the end of the stream.
[[nodiscard]] bool read_whole(int from, char* to, std::size_t bytes);
/// Reads one frame into `kept`; false at the end of the stream and for nonsense.
[[nodiscard]] bool read_frame(int from, std::string& kept, wire::frame& what);

/// One end of a socket to the server, to write frames to. Any thread; ends the process when the server is gone.
class to_server {
public:
    explicit to_server(int descriptor) : descriptor_(descriptor) {}
    void send(const std::string& frame);

private:
    const int descriptor_;
    std::mutex guard_;
};

/// Lives as long as the process.
class far_host {
public:
    far_host(to_server& calls, to_server& requests);

    [[nodiscard]] const parley_host& table() const { return host_; }
    void set_database(std::uint32_t kind, std::string where, std::string schema);
    /// Before setup; "" is the plugin's own.
    void set_folder(std::string_view plugin, std::string_view path) { folders_.emplace(plugin, path); }
    /// Starts the threads that hear the ends of what the plugin asks for.
    void listen();

    /// What a call carries that must stay until it is answered.
    void keep(parley_reply, std::shared_ptr<const void> what);

    // Behind the tables.
    void finish(parley_reply, const parley_outcome&);
    void tell(wire::writer frame) { requests_.send(frame.take()); }
    /// Sends a request; `done` hears its end.
    void ask(wire::frame what, const std::function<void(wire::writer&)>& fill, parley_done done, void* context);
    std::int64_t next_id();
    [[nodiscard]] parley_text folder(std::string_view plugin) const;
    [[nodiscard]] const parley_database* database() const { return has_database_ ? &database_ : nullptr; }

private:
    struct asked {
        parley_done done;
        void* context;
    };
    struct end {
        asked who;
        std::string frame;
    };
    void hear();
    void pass_on();

    to_server& calls_;
    to_server& requests_;
    parley_host host_{};
    bool has_database_ = false;
    std::string where_;
    std::string schema_;
    parley_database database_{};
    std::map<std::string, std::string, std::less<>> folders_;

    std::mutex kept_guard_;
    std::unordered_map<parley_reply, std::shared_ptr<const void>> kept_;

    std::mutex asked_guard_;
    std::unordered_map<std::uint64_t, asked> asked_;
    std::uint64_t next_request_ = 1;

    std::mutex ids_guard_;
    std::condition_variable ids_came_;
    std::deque<std::int64_t> ids_;
    bool ids_asked_ = false;

    std::mutex ends_guard_;
    std::condition_variable ends_came_;
    std::deque<end> ends_;
};

}  // namespace parley::plugins
