// Plain calls of the plugin's functions, with a border around each.
#include "plugins/in_process.hpp"

#include <fmt/format.h>

#include <exception>

#include "base/log.hpp"
#include "base/text.hpp"
#include "plugins/abi_text.hpp"
#include "plugins/library.hpp"

namespace parley::plugins {
namespace {

std::string thrown_by_setup() {
    try {
        throw;
    } catch (const std::exception& why) {
        return fmt::format("Its setup threw: {}", escape_and_cut(why.what(), 300));
    } catch (...) {
        return "Its setup threw something that is no std::exception.";
    }
}

}  // namespace

std::expected<bindings, problems> in_process::setup(const manifest& says, const parley_host& host) {
    life_ = life_of(code_);
    host_ = &host;
    replies_ = static_cast<const parley_replies*>(host.extension(&host, lend(PARLEY_REPLIES)));
    registrar on(says);
    auto outcome = sized<parley_outcome>();
    try {
        const auto status = life_->setup(&host, on.handle(), &self_, &outcome);
        set_up_ = status == PARLEY_OK;
        if (!set_up_)
            on.refuse(fmt::format("Its setup failed ({}): {}", status, escape_and_cut(view(outcome.sentence), 500)));
    } catch (...) {
        on.refuse(thrown_by_setup());
    }
    if (set_up_)
        for (auto& one : unbound(says, on.bound)) on.refuse(std::move(one));
    if (!on.wrong.empty()) return std::unexpected(std::move(on.wrong));
    functions_ = std::move(on.functions);
    return std::move(on.bound);
}

void in_process::start() {
    if (!set_up_ || life_->start == nullptr) return;
    try {
        life_->start(self_);
    } catch (...) {
        log::error("a plugin threw when it was started", {{"plugin", view(code_.id)}});
    }
}

void in_process::stop() {
    if (!set_up_ || life_->stop == nullptr) return;
    set_up_ = false;
    try {
        life_->stop(self_);
    } catch (...) {
        log::error("a plugin threw when it was stopped", {{"plugin", view(code_.id)}});
    }
}

void in_process::hook(std::uint32_t number, const parley_scope& scope, const parley_message_draft& draft,
                      parley_reply reply) {
    const auto& to = functions_.hooks[number];
    try {
        to.call(to.self, &scope, &draft, reply);
    } catch (...) {
        threw(reply);
    }
}

void in_process::call(call_kind kind, std::uint32_t number, const parley_call& what, parley_reply reply) {
    const auto& to = functions_.of(kind)[number];
    try {
        to.call(to.self, &what, reply);
    } catch (...) {
        threw(reply);
    }
}

void in_process::threw(parley_reply reply) {
    auto outcome = sized<parley_outcome>();
    outcome.status = PARLEY_FAILED;
    outcome.sentence = lend("An exception came out of it.");
    replies_->finish(host_, reply, &outcome);
}

}  // namespace parley::plugins
