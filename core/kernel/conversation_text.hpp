// The rules for a conversation's name, topic and description.
#pragma once

#include <string>

#include "kernel/environment.hpp"

namespace parley::kernel {

/// One line, trimmed, in one Unicode form; may be empty unless the kind is named.
[[nodiscard]] result<std::string> conversation_name(const tenant_settings&, const conversation_kind&, std::string_view);
[[nodiscard]] result<std::string> conversation_topic(const tenant_settings&, std::string_view);
[[nodiscard]] result<std::string> conversation_description(const tenant_settings&, std::string_view);
[[nodiscard]] result<std::string> conversation_team(std::string_view);

}  // namespace parley::kernel
