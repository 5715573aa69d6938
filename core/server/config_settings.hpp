// The kernel's settings, read from a loaded configuration.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "config/configuration.hpp"
#include "kernel/ports.hpp"

namespace parley::server {

class config_settings final : public kernel::settings_source {
public:
    explicit config_settings(std::shared_ptr<const config::configuration> from) : from_(std::move(from)) {}

    [[nodiscard]] std::shared_ptr<const tenant_settings> of(std::string_view tenant_name) const override {
        return {from_, &from_->tenant(tenant_name)};
    }

private:
    std::shared_ptr<const config::configuration> from_;
};

}  // namespace parley::server
