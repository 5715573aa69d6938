// The one header of a plugin: everything but storage, and PARLEY_PLUGIN, which makes a library of a class.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "parley/registry.hpp"

// parley_add_plugin writes PARLEY_PLUGIN_ID and PARLEY_PLUGIN_VERSION, as they stand in plugin.yaml.
#if __has_include(<parley_plugin_manifest.hpp>)
#include <parley_plugin_manifest.hpp>
#endif

namespace parley::sdk {

namespace detail {

/// Stops what needs it before the plugin goes; storage registers itself here.
struct stoppable {
    virtual ~stoppable() = default;
    virtual void stop() = 0;
};
[[nodiscard]] inline std::vector<std::unique_ptr<stoppable>>& stoppables() {
    static std::vector<std::unique_ptr<stoppable>> all;
    return all;
}
/// Held by whoever adds one.
[[nodiscard]] inline std::mutex& stoppables_lock() {
    static std::mutex lock;
    return lock;
}

template <class Plugin>
struct instance {
    explicit instance(const parley_host* host) : home(host) {}
    ~instance() {
        // From the outside in: nobody comes in and nobody is inside, no thread works, no coroutine waits; then the
        // plugin.
        home.close();
        for (auto& one : stoppables()) one->stop();
        home.destroy_waiting();
        stoppables().clear();
    }

    runtime home;
    std::vector<std::shared_ptr<void>> bindings;
    Plugin plugin;

    [[nodiscard]] static parley_status setup(const parley_host* host, parley_registry* on, void** self,
                                             parley_outcome* outcome) {
        static std::string sentence;
        try {
            if (runtime::active() != nullptr) throw std::logic_error("the plugin is already set up in this process");
            auto made = std::make_unique<instance>(host);
            registry<Plugin> all(made->home, on, made->plugin, made->bindings);
            made->plugin.setup(all);
            *self = made.release();
            return PARLEY_OK;
        } catch (const std::exception& thrown) {
            sentence = thrown.what();
        } catch (...) {
            sentence = "something that is no std::exception was thrown";
        }
        outcome->status = PARLEY_FAILED;
        outcome->sentence = borrow(sentence);
        return PARLEY_FAILED;
    }
    static void start(void* self) noexcept {
        if constexpr (requires(Plugin& some) { some.start(); }) {
            try {
                static_cast<instance*>(self)->plugin.start();
            } catch (const std::exception& thrown) {
                log::error("start failed", {{"why", thrown.what()}});
            } catch (...) {
                log::error("start failed");
            }
        }
    }
    static void stop(void* self) noexcept {
        if constexpr (requires(Plugin& some) { some.stop(); }) {
            try {
                static_cast<instance*>(self)->plugin.stop();
            } catch (...) {
                log::error("stop failed");
            }
        }
        delete static_cast<instance*>(self);
    }
};

template <class Plugin>
[[nodiscard]] const parley_plugin* entry(std::string_view id, std::string_view version) {
    static const parley_plugin_life life{sizeof(parley_plugin_life), &instance<Plugin>::setup, &instance<Plugin>::start,
                                         &instance<Plugin>::stop};
    static const parley_plugin is{
        sizeof(parley_plugin),
        PARLEY_ABI_MAJOR,
        PARLEY_ABI_MINOR,
        borrow(id),
        borrow(version),
        [](parley_text asked) -> const void* { return view(asked) == PARLEY_PLUGIN_LIFE ? &life : nullptr; }};
    return &is;
}

}  // namespace detail

}  // namespace parley::sdk

/// Makes the plugin's entry of a class that has `void setup(parley::sdk::registry<Class>&)`, and, where it wants them,
/// `void start()` and `void stop()`. Once in one of the plugin's sources. since 1.0
#define PARLEY_PLUGIN(Class)                                                                              \
    extern "C" __attribute__((visibility("default"))) const parley_plugin* parley_plugin_entry_v1(void) { \
        return ::parley::sdk::detail::entry<Class>(PARLEY_PLUGIN_ID, PARLEY_PLUGIN_VERSION);              \
    }                                                                                                     \
    static_assert(sizeof(Class) > 0)
