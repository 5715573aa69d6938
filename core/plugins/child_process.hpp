// A plugin in a process of its own, seen from the server: started, asked, watched, and started again.
#pragma once

#include <parley/abi/ext/host.h>
#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>

#include "plugins/confinement.hpp"
#include "plugins/frame_queue.hpp"
#include "plugins/instance.hpp"

namespace parley::plugins {

struct child_options {
    std::filesystem::path program = beside_this_program();
    std::uint64_t memory_bytes = 512ULL << 20;
    std::vector<std::filesystem::path> reads;  ///< folders besides the system's own and its files
    reach network = reach::nothing;            ///< or tcp_and_names
    std::chrono::milliseconds setup_patience{20'000};
    std::chrono::milliseconds stop_patience{2'000};
    std::chrono::milliseconds leave_patience{60'000};  ///< for what is open in a process that was replaced
    std::chrono::milliseconds ping_every{1'000};
    unsigned most_missed = 5;                      ///< pings; then it hangs, and is killed
    std::chrono::milliseconds first_pause{1'000};  ///< before it is started again; then twice as long each time
    std::chrono::milliseconds longest_pause{60'000};
    std::chrono::milliseconds quick{60'000};  ///< who lives longer has not died quickly
    unsigned most_quick_deaths = 10;          ///< in a row; then it stays off until the next reload

    /// parley-plugin-host in the folder of the running program.
    [[nodiscard]] static std::filesystem::path beside_this_program();
};

/// One thread of its own per plugin reads, pings and restarts; calls are written by whoever makes them. A call is
/// answered PARLEY_UNAVAILABLE at once when there is no process, when it dies, and when too much waits for it. Whatever
/// the process says is checked; what cannot be understood is its death, and no more.
class child_process final : public instance {
public:
    child_process(std::filesystem::path file, child_options how);
    ~child_process() override;
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    [[nodiscard]] std::expected<bindings, problems> setup(const manifest&, const parley_host&) override;
    void start() override;
    void stop() override;
    void hook(std::uint32_t number, const parley_scope&, const parley_message_draft&, parley_reply) override;
    void call(call_kind, std::uint32_t number, const parley_call&, parley_reply) override;
    [[nodiscard]] std::string trouble() const override;
    [[nodiscard]] std::uint64_t restarts() const override;
    void reloaded() override;

    /// When it dies now it is not started again: another has taken its place. Any thread.
    void retire();
    /// Nobody waits for an answer of it, nor it for one.
    [[nodiscard]] bool is_idle() const;
    /// It asked for something and has not been told the end; until then it must stay where it is.
    [[nodiscard]] bool is_awaited() const;

    /// Of the running process; 0: none. For tests.
    [[nodiscard]] pid_t process() const;

private:
    using moment = std::chrono::steady_clock::time_point;
    struct line;
    /// Something the plugin asked the host for, that has not ended.
    struct asked {
        child_process* me;
        std::weak_ptr<line> from;
        std::uint64_t request;
    };

    void supervise(const std::stop_token&);
    [[nodiscard]] std::shared_ptr<line> spawn(std::string& why);
    /// Until it dies; answers why.
    [[nodiscard]] std::string serve(const std::stop_token&, const std::shared_ptr<line>&);
    [[nodiscard]] std::string settle(const std::shared_ptr<line>&, std::string_view ready);
    [[nodiscard]] std::string bury(const std::shared_ptr<line>&, std::string why);
    void end_calls();
    void pause(const std::stop_token&, bool was_quick, const std::string& why);
    void wake() const;
    [[nodiscard]] std::string beat(line&, moment now);
    [[nodiscard]] std::string take_call_frame(const std::shared_ptr<line>&, wire::frame, std::string_view);
    [[nodiscard]] bool take_request(const std::shared_ptr<line>&, wire::frame, std::string_view);
    [[nodiscard]] asked* remember(const std::shared_ptr<line>&, std::uint64_t request);
    static void told(void* context, const parley_outcome*);
    void send(parley_reply, std::chrono::milliseconds patience, const parley_settings*, std::string frame);
    void answer_unavailable(parley_reply);
    void first_result(std::expected<bindings, problems>);

    const std::filesystem::path file_;
    const child_options how_;
    const manifest* says_ = nullptr;
    const parley_host* host_ = nullptr;
    int woken_ = -1;

    mutable std::mutex guard_;
    std::condition_variable_any changed_;
    std::shared_ptr<line> line_;  // takes calls; null: none does
    pid_t process_ = 0;
    std::unordered_map<parley_reply, moment> open_;  // and when to forget them
    std::unordered_map<asked*, std::unique_ptr<asked>> asked_;
    std::size_t telling_ = 0;  // ends of what was asked that are on their way
    std::optional<std::expected<bindings, problems>> first_;
    std::string first_bindings_;  // as bytes
    std::string trouble_;
    std::uint64_t starts_ = 0;
    unsigned quick_deaths_ = 0;
    bool was_set_up_ = false;
    bool started_ = false;
    bool reloaded_ = false;
    bool retired_ = false;

    std::jthread thread_;
};

}  // namespace parley::plugins
