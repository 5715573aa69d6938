// What a configuration sets, as text by scope and setting, to be compared or written down without secrets.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/configuration.hpp"
#include "config/schema.hpp"

namespace parley::config {

/// One value. All but `hidden` is safe to print.
struct listed_value {
    std::string value;  ///< the whole value as JSON; of a secret, where it comes from
    std::string shown;  ///< the same in one line of readable length
    std::string place;  ///< "config/parley.yaml:3:9", "environment variable PARLEY_LOG__LEVEL" or "default"
    bool secret = false;
    std::string hidden;  ///< a secret itself; never written down, so empty in what was read
};

using listed_values = std::map<std::string, listed_value, std::less<>>;

/// By scope as `parley config explain` names them. The scope "server" has every setting; a tenant or model has what
/// its own file sets and not what it inherits.
using inventory = std::map<std::string, listed_values, std::less<>>;

[[nodiscard]] inventory take_inventory(const configuration&);

/// What holds in a scope, set there or inherited; a scope that is not there inherits everything. The path must be a
/// known setting of such a scope; anything else throws std::logic_error.
[[nodiscard]] listed_value value_in(const inventory&, std::string_view scope, std::string_view path,
                                    const schema& all = kernel_schema());

/// The settings a scope may have; those of a server for "server".
[[nodiscard]] level level_of(std::string_view scope);

/// Without secrets.
[[nodiscard]] boost::json::object to_json(const inventory&);

/// Error: inventory_unreadable.
[[nodiscard]] result<inventory> inventory_of(const boost::json::object&);

}  // namespace parley::config
