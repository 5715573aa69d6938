// The host's side of "parley.registry/1": takes what setup binds, and remembers what is wrong with it.
#pragma once

#include <parley/abi/ext/registry.h>

#include <cstdint>
#include <vector>

#include "plugins/bindings.hpp"
#include "plugins/instance.hpp"

namespace parley::plugins {

/// Functions of a plugin in this process, by kind and number.
struct bound_functions {
    template <class Function>
    struct entry {
        Function* call = nullptr;
        void* self = nullptr;
    };
    using call_entry = entry<void(void*, const parley_call*, parley_reply)>;
    std::vector<entry<void(void*, const parley_scope*, const parley_message_draft*, parley_reply)>> hooks;
    std::vector<call_entry> changes, events, commands, jobs, services, health;

    [[nodiscard]] const std::vector<call_entry>& of(call_kind) const;
};

/// Used on the setup thread only, while setup runs.
class registrar {
public:
    explicit registrar(const manifest& says) : says_(says) {}

    /// What setup is given as `on`.
    [[nodiscard]] parley_registry* handle() { return reinterpret_cast<parley_registry*>(this); }
    /// The table that goes with any handle.
    [[nodiscard]] static const parley_registrar& table();

    [[nodiscard]] const manifest& says() const { return says_; }
    parley_status refuse(std::string sentence);

    bindings bound;
    bound_functions functions;
    problems wrong;

private:
    const manifest& says_;
};

}  // namespace parley::plugins
