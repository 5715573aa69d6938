// A plugin's own process, in whose place another one can be put while it is being called.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "plugins/child_process.hpp"

namespace parley::plugins {

/// Each call goes to the process that is in its place at that moment. One that was replaced gets no new calls, ends
/// what it has open, is told to stop, and is not started again when it dies meanwhile.
class replaceable_process final : public instance {
public:
    replaceable_process(std::filesystem::path file, child_options how);
    ~replaceable_process() override;
    replaceable_process(const replaceable_process&) = delete;
    replaceable_process& operator=(const replaceable_process&) = delete;

    [[nodiscard]] std::expected<bindings, problems> setup(const manifest&, const parley_host&) override;
    void start() override;
    void stop() override;
    void hook(std::uint32_t number, const parley_scope&, const parley_message_draft&, parley_reply) override;
    void call(call_kind, std::uint32_t number, const parley_call&, parley_reply) override;
    [[nodiscard]] std::string trouble() const override;
    [[nodiscard]] std::uint64_t restarts() const override;
    void reloaded() override;
    [[nodiscard]] std::expected<std::unique_ptr<successor>, problems> succeed(std::shared_ptr<const embedded>) override;

    /// What calls go to now. For tests.
    [[nodiscard]] std::shared_ptr<child_process> now() const;
    /// Former processes that have something open still. For tests.
    [[nodiscard]] std::size_t leaving() const;

private:
    class next;
    /// A former process on its way out, and the thread that waits for it.
    struct former {
        std::shared_ptr<child_process> runs;
        bool is_over = false;
        std::jthread waiter;
    };
    void take(std::shared_ptr<child_process>);
    void see_out(const std::stop_token&, former&);
    void sweep_formers();

    const std::filesystem::path file_;
    const child_options how_;
    const parley_host* host_ = nullptr;

    mutable std::mutex guard_;
    std::condition_variable_any changed_;
    std::shared_ptr<child_process> now_;
    std::list<former> formers_;
    std::uint64_t former_restarts_ = 0;
    bool started_ = false;
    bool stopped_ = false;
};

}  // namespace parley::plugins
