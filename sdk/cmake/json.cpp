// Boost.JSON's code, compiled once for all of a project's plugins, so that a plugin needs Boost's headers only.
//
// SPDX-License-Identifier: BSL-1.0
#include <boost/json/src.hpp>
