// A plugin whose code runs in this process.
#pragma once

#include <parley/abi/ext/host.h>

#include "plugins/instance.hpp"
#include "plugins/registrar.hpp"

namespace parley::plugins {

/// Exceptions that come out of the plugin end here and answer the call with PARLEY_FAILED; the ABI forbids them, and
/// there may be frames between that cannot be unwound: then the process ends.
class in_process final : public instance {
public:
    explicit in_process(const parley_plugin& code) : code_(code) {}

    [[nodiscard]] std::expected<bindings, problems> setup(const manifest&, const parley_host&) override;
    void start() override;
    void stop() override;
    void hook(std::uint32_t number, const parley_scope&, const parley_message_draft&, parley_reply) override;
    void call(call_kind, std::uint32_t number, const parley_call&, parley_reply) override;

private:
    void threw(parley_reply);

    const parley_plugin& code_;
    const parley_plugin_life* life_ = nullptr;
    const parley_host* host_ = nullptr;
    const parley_replies* replies_ = nullptr;
    bound_functions functions_;
    void* self_ = nullptr;
    bool set_up_ = false;
};

}  // namespace parley::plugins
