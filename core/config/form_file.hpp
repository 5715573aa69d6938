// What administrators set in forms: which settings they may, and the files that the server writes for it.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/node.hpp"
#include "config/schema.hpp"
#include "config/server_settings.hpp"
#include "config/sources.hpp"

namespace parley::config {

/// The settings of tenants that the operator may say over the API; they stand in the same files, where no form writes
/// them, and hold there whatever is kept from forms.
[[nodiscard]] bool is_operators_word(std::string_view setting);

/// Beside parley.yaml; in it tenants' files, and in folders of their names those of models, as under tenants/.
inline constexpr std::string_view forms_folder = "forms";

/// "forms/acme.yaml" or, of a model, "forms/acme/models/desk.yaml": relative to the folder of parley.yaml.
[[nodiscard]] std::filesystem::path form_file(std::string_view tenant, std::string_view model);

/// What stands in that file as it was loaded; null when there was none.
[[nodiscard]] const source_text* form_source(const source_set&, std::string_view tenant, std::string_view model);
/// Another text in its place.
void put_form_source(source_set&, std::string_view tenant, std::string_view model, std::string text);

/// Why forms do not set this, in a few words; nothing when they may. Those of plugins below the server, without
/// secrets, that neither the plugin's manifest (`forms: false`) nor the operator (`plugins.keep`) keeps.
[[nodiscard]] std::optional<std::string> kept_from_forms(const plugin_settings&, const schema&, const setting&);
/// The same of switching a plugin on or off.
[[nodiscard]] std::optional<std::string> kept_from_forms(const plugin_settings&, const schema&,
                                                         std::string_view plugin);

/// One layer of both, each held against the rules before. As everywhere the upper one wins, but plugins are switched
/// one by one: a form leaves the operator's other switches as they are.
[[nodiscard]] node under_forms(node of_operator, const node& of_forms);

/// What a form wants. Null takes a setting or a switch back, so that the operator's word holds.
struct form_wish {
    boost::json::object settings;  ///< by name: "reactions.max_per_message"
    boost::json::object plugins;   ///< by id: true, false or null
};

/// The text of the file with that in it; what stood there besides stays, comments do not. `text` must be YAML.
[[nodiscard]] std::string form_text(std::string_view text, const form_wish&);

}  // namespace parley::config
