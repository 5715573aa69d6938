// The configuration in force, and the kernel's settings read from it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/configuration.hpp"
#include "kernel/ports.hpp"

namespace parley::server {

/// One pointer to an immutable configuration. Whoever asks gets one generation whole and keeps it for as long as the
/// answer is held, whatever comes after. Safe to use from any thread.
class config_settings final : public kernel::settings_source {
public:
    explicit config_settings(std::shared_ptr<const config::configuration> first) : in_force_(std::move(first)) {}

    [[nodiscard]] std::shared_ptr<const tenant_settings> of(std::string_view tenant_name) const override {
        const auto from = now();
        return {from, &from->tenant(tenant_name)};
    }

    /// The tenant a host name leads to.
    [[nodiscard]] std::optional<std::string> tenant_of_host(std::string_view host) const {
        const auto from = now();
        const auto name = from->tenant_of_host(host);
        return name.empty() ? std::nullopt : std::optional(std::string(name));
    }

    /// Whether some tenant's files are there.
    [[nodiscard]] bool is_content_host(std::string_view host) const { return now()->is_content_host(host); }

    [[nodiscard]] std::shared_ptr<const config::configuration> now() const {
        const std::lock_guard lock(guard_);
        return in_force_;
    }

    void replace(std::shared_ptr<const config::configuration> next) {
        const std::lock_guard lock(guard_);
        in_force_.swap(next);
        // Should nobody hold the old one any more, it goes with `next`, after the lock.
    }

private:
    // Not std::atomic<std::shared_ptr>: that of libstdc++ 12 lets go of a read with relaxed order, which is a race.
    mutable std::mutex guard_;
    std::shared_ptr<const config::configuration> in_force_;
};

}  // namespace parley::server
