// valijson held at arm's length: a tree of values against a level's settings, as paths that fail.
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <set>
#include <string>

#include "config/node.hpp"
#include "config/schema.hpp"

namespace parley::config {

/// What a file of one level may set, made once for many files. Any thread may use it.
class level_rules {
public:
    /// The schema must outlive it.
    level_rules(const schema& of, level where);
    ~level_rules();
    level_rules(const level_rules&) = delete;
    level_rules& operator=(const level_rules&) = delete;

    /// Paths, such as "server.port" or "hosts[2]", of the values that break their setting's type or range.
    [[nodiscard]] std::set<std::string> violations(const node& values) const;

    const schema& all;
    const level where;
    const known_settings known;

private:
    struct compiled;
    std::unique_ptr<const compiled> rules_;
};

/// The same for the kernel's own settings.
[[nodiscard]] std::set<std::string> schema_violations(const node& values, level where);

/// A value from JSON, without a place.
[[nodiscard]] node node_of(const boost::json::value& from);

/// A value as JSON. A secret is in it as itself.
[[nodiscard]] boost::json::value json_of(const node& from);

}  // namespace parley::config
