// The list of scenes.
#include "load/scene.hpp"

#include <algorithm>
#include <array>

namespace parley::load {
namespace {

constexpr std::array scenes{
    scene{.name = "1x1000",
          .title = "1 x 1,000, saturated",
          .people = 1000,
          .rooms = 1,
          .members_each = 1000,
          .how = {.window = 64}},
    scene{.name = "1x100",
          .title = "1 x 100, saturated",
          .people = 100,
          .rooms = 1,
          .members_each = 100,
          .how = {.window = 128}},
    scene{.name = "1000x10",
          .title = "1,000 x 10, saturated",
          .people = 1000,
          .rooms = 1000,
          .members_each = 10,
          .how = {.window = 512}},
    scene{.name = "1x1000-steady",
          .title = "1 x 1,000, 100 messages/s",
          .people = 1000,
          .rooms = 1,
          .members_each = 1000,
          .how = {.window = 64, .per_second = 100}},
    scene{.name = "acknowledged",
          .title = "64 in flight, nobody else",
          .people = 4,
          .rooms = 4,
          .members_each = 1,
          .how = {.window = 64}},
    scene{.name = "idle", .title = "2,000 idle connections", .people = 2000, .seconds = 0},
    scene{.name = "idle-10000", .title = "10,000 idle connections", .people = 10'000, .seconds = 0},
    scene{.name = "1x100-steady",
          .title = "1 x 100, 100 messages/s",
          .people = 100,
          .rooms = 1,
          .members_each = 100,
          .how = {.window = 64, .per_second = 100}},
    scene{.name = "reload",
          .title = "1 x 1,000 through 100 reloads",
          .people = 1000,
          .rooms = 1,
          .members_each = 1000,
          .how = {.window = 2},
          .reloads = 100},
    scene{.name = "reload-50",
          .title = "1 x 50 through 100 reloads",
          .people = 50,
          .rooms = 1,
          .members_each = 50,
          .how = {.window = 4},
          .reloads = 100},
    scene{.name = "smoke",
          .title = "2 x 10, half a second",
          .people = 10,
          .rooms = 2,
          .members_each = 10,
          .how = {.window = 32},
          .seconds = 0.5},
};

}  // namespace

std::span<const scene> all_scenes() { return scenes; }

const scene* find_scene(std::string_view name) {
    const auto found = std::ranges::find(scenes, name, &scene::name);
    return found == scenes.end() ? nullptr : found;
}

}  // namespace parley::load
