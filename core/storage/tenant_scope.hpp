// Whose rows a transaction may see and write; PostgreSQL holds every query to it, whatever the query asks for.
#pragma once

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <set>
#include <string>

#include "base/id.hpp"

namespace parley::storage {

/// Every transaction names one, so that a new one cannot be begun without the question being answered.
class tenant_scope {
public:
    /// For what is no tenant's work: the directory, migrations, the watch for other processes' events.
    [[nodiscard]] static tenant_scope all() { return tenant_scope("*"); }
    [[nodiscard]] static tenant_scope of(tenant_id one) { return tenant_scope(fmt::to_string(one.value)); }
    [[nodiscard]] static tenant_scope of(const std::set<std::int64_t>& several) {
        return tenant_scope(fmt::format("{}", fmt::join(several, ",")));
    }

    /// "*", or numbers in ascending order with commas between, as the policies read them.
    [[nodiscard]] const std::string& list() const { return list_; }

private:
    explicit tenant_scope(std::string list) : list_(std::move(list)) {}

    std::string list_;
};

}  // namespace parley::storage
