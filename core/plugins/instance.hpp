// A plugin's code, wherever it runs: calls go in, answers come back through `replies`.
#pragma once

#include <parley/abi/ext/hooks.h>
#include <parley/abi/plugin.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "plugins/bindings.hpp"

namespace parley::plugins {

/// Which list of the bindings a number belongs to.
enum class call_kind : std::uint8_t { change = 1, event, command, job, service, health };

/// Code of another version, set up beside the one that runs; nobody calls it yet. Ends when it is let go of.
class successor {
public:
    virtual ~successor() = default;
    [[nodiscard]] virtual const bindings& bound() const = 0;
    /// Calls go to it from now on; the one before it ends what it has begun. Once.
    virtual void take() = 0;
};

/// Implementations: in_process.hpp, and replaceable_process.hpp for a process of the plugin's own.
class instance {
public:
    virtual ~instance() = default;

    /// Runs setup and answers what was bound, or everything that is wrong. Once, on the setup thread; `host` lives as
    /// long as the process.
    [[nodiscard]] virtual std::expected<bindings, problems> setup(const manifest&, const parley_host& host) = 0;
    virtual void start() = 0;
    /// Afterwards nothing is called any more. Waits for calls that are inside, but not for ever.
    virtual void stop() = 0;

    /// Each answers through the host's parley_replies, once, or not at all: the deadline is watched elsewhere. What is
    /// given is borrowed until they return. Any thread, also several at once; they do not throw.
    virtual void hook(std::uint32_t number, const parley_scope&, const parley_message_draft&, parley_reply) = 0;
    virtual void call(call_kind, std::uint32_t number, const parley_call&, parley_reply) = 0;

    /// Why it cannot be asked now, for the health page; empty: it can.
    [[nodiscard]] virtual std::string trouble() const { return {}; }
    /// How often its process was started again.
    [[nodiscard]] virtual std::uint64_t restarts() const { return 0; }
    /// Another configuration is in force: what was given up may be tried again. Any thread.
    virtual void reloaded() {}

    /// Sets up what is in the plugin's file now, while this runs on. Waits for it; on the thread that reloads.
    [[nodiscard]] virtual std::expected<std::unique_ptr<successor>, problems> succeed(std::shared_ptr<const embedded>) {
        return std::unexpected(problems{"It runs in the server's process and stays there until the server ends."});
    }
};

}  // namespace parley::plugins
