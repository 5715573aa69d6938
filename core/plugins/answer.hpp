// What a plugin answered, owned and made safe to show.
#pragma once

#include <parley/abi/plugin.h>

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "plugins/watch.hpp"

namespace parley::plugins {

struct answer {
    call_end how = call_end::done;
    parley_status status = PARLEY_FAILED;
    std::string json;  ///< one object as text; empty: {}
    std::string code;
    std::string sentence;
    std::string field;
};

/// Copies an outcome; texts that break the rules of the ABI make it `failed`.
[[nodiscard]] answer answer_of(const parley_outcome&);

/// What the caller gets: the object, or an error. Faults of the plugin are `internal` (code plugin_failed) or
/// `unavailable` (plugin_not_answering), without what the plugin said about them.
[[nodiscard]] result<boost::json::object> result_of(const answer&);

/// What a plugin is told of an error of ours.
[[nodiscard]] parley_status status_of(fault);

/// A sentence of a plugin's, safe to show to people; `otherwise` when there is none.
[[nodiscard]] std::string safe_sentence(std::string_view said, std::string_view otherwise);
/// A code of a plugin's, if it is one.
[[nodiscard]] std::string safe_code(std::string_view said, std::string_view otherwise);

}  // namespace parley::plugins
