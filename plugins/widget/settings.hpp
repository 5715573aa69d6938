// The plugin's settings, as plugin.yaml describes them.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

namespace widget {

struct settings {
    std::vector<std::string> sites{};
    std::vector<std::string> staff{};
    std::string model{};
    std::string title{};
    std::string greeting{};
    bool ask_name = true;
    bool demo = false;
};
BOOST_DESCRIBE_STRUCT(settings, (), (sites, staff, model, title, greeting, ask_name, demo))

}  // namespace widget
