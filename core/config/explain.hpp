// What a setting's value is, who set it, and what it means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/configuration.hpp"

namespace parley::config {

/// One setting in one scope. Texts are safe to print; a secret is shown as "<secret from file ...>".
struct explanation {
    std::string path;
    std::string value;
    origin_kind source = origin_kind::built_in;
    std::string file;  ///< when a file set it
    int line = 0;
    int column = 0;
    std::string variable;  ///< when an environment variable set it
    std::string description;
    std::string allowed;   ///< "a whole number from 0 to 65535"
    std::string fallback;  ///< the default
    bool live = false;     ///< a running server can take a new value

    /// "config/tenants/acme.yaml:7:18", "environment variable PARLEY_LOG__LEVEL" or "default"
    [[nodiscard]] std::string place() const;

    /// Several lines for a person.
    [[nodiscard]] std::string text() const;
};

/// Explains a setting, or every setting below a section, or all of a scope when the path is empty. The scope is
/// "server", "tenant/acme" or "tenant/acme/model/front_desk"; a tenant or model without a file has what it inherits.
/// Fails with unknown_scope or unknown_setting (with the nearest known name).
[[nodiscard]] result<std::vector<explanation>> explain(const configuration& of, std::string_view scope,
                                                       std::string_view path);

}  // namespace parley::config
