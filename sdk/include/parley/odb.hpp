// The one place of a plugin that includes ODB. Headers of persistent classes include this and stay readable as C++14.
// libodb 2.4 declares destructors with `throw ()`, which C++20 removed. Clang accepts that in system headers; for GCC
// it is rewritten here. The rewriting can go on the day plugins build against libodb 2.5.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#if defined(__GNUC__) && !defined(__clang__) && __cplusplus > 201703L
#include <exception>
#include <functional>
#include <map>
#include <stdexcept>
#include <vector>
#define throw(...) noexcept(sizeof(#__VA_ARGS__) == 1)
#define PARLEY_THROW_REWRITTEN
#endif

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#endif

#include <odb/core.hxx>
#include <odb/nullable.hxx>

#ifndef ODB_COMPILER
#include <odb/connection.hxx>
#include <odb/database.hxx>
#include <odb/exceptions.hxx>
#include <odb/pgsql/connection.hxx>
#include <odb/pgsql/database.hxx>
#include <odb/pgsql/exceptions.hxx>
#include <odb/pgsql/transaction-impl.hxx>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/database.hxx>
#include <odb/sqlite/exceptions.hxx>
#include <odb/transaction.hxx>
#endif

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#ifdef PARLEY_THROW_REWRITTEN
#undef throw
#undef PARLEY_THROW_REWRITTEN
#endif
