// The scenes: how many people, in how many conversations, and how they talk.
#pragma once

#include <span>
#include <string_view>

#include "load/crowd.hpp"

namespace parley::load {

struct scene {
    std::string_view name;  ///< as it is typed
    std::string_view title;
    std::size_t people = 0;
    std::size_t rooms = 0;
    std::size_t members_each = 0;
    pace how;
    unsigned reloads = 0;  ///< how often the configuration changes while they talk; then `seconds` say nothing
    double seconds = 6;    ///< measured, after a warm-up; 0 for a scene in which nobody talks
};

[[nodiscard]] std::span<const scene> all_scenes();
/// Null when there is none of that name.
[[nodiscard]] const scene* find_scene(std::string_view name);

}  // namespace parley::load
