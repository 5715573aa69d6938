// The API documents as each tenant has them, made once for each set of plugins that is on somewhere.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "transport/operation_catalogue.hpp"

namespace parley::transport {

/// Any thread. The catalogue is filled before and outlives it.
class tenant_documents {
public:
    explicit tenant_documents(const operation_catalogue& of) : of_(of) {}

    struct texts {
        std::string openapi;
        std::string asyncapi;
    };
    /// What the kernel offers, and the plugins that are on there; empty: where nothing is said about plugins.
    [[nodiscard]] std::shared_ptr<const texts> of(std::string_view tenant_name);

private:
    const operation_catalogue& of_;
    std::mutex guard_;
    std::map<operation_catalogue::plugin_set, std::shared_ptr<const texts>> made_;
};

}  // namespace parley::transport
