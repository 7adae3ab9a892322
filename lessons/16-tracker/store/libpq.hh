// libpq, loaded when the first of its functions is called. Linked in, it would bring twenty other
// libraries (GnuTLS, LDAP, Kerberos) into each process of a server that keeps its positions in a
// file: 3 MiB of memory, and a part of the time that a start takes.
//
// The functions have libpq's own names, and do what its manual says of them
// (postgresql.org/docs/current/libpq.html).

#pragma once

#include <libpq-fe.h>

#include <atomic>

namespace waymark::tracker::libpq {

// Loads the library when it is called first. Throws daemon::UsageError if it is not on this machine
// or has no such function. Files are read for it by the first call only: who shuts himself in calls
// one function before.
void* find_function(const char* name);

template <class Signature>
class Function;

template <class Result, class... Arguments>
class Function<Result(Arguments...)> {
  public:
    explicit constexpr Function(const char* name) : name_(name) {}

    // Throws as find_function() does, the first time.
    Result operator()(Arguments... arguments) const {
        Pointer function = found_.load(std::memory_order_acquire);
        if (function == nullptr) {
            function = reinterpret_cast<Pointer>(find_function(name_));
            found_.store(function, std::memory_order_release);
        }
        return function(arguments...);
    }

  private:
    using Pointer = Result (*)(Arguments...);

    const char* name_;
    mutable std::atomic<Pointer> found_ = nullptr;
};

inline constinit const Function<decltype(::PQclear)> PQclear{"PQclear"};
inline constinit const Function<decltype(::PQcmdStatus)> PQcmdStatus{"PQcmdStatus"};
inline constinit const Function<decltype(::PQcmdTuples)> PQcmdTuples{"PQcmdTuples"};
inline constinit const Function<decltype(::PQconndefaults)> PQconndefaults{"PQconndefaults"};
inline constinit const Function<decltype(::PQconnectdbParams)> PQconnectdbParams{
    "PQconnectdbParams"};
inline constinit const Function<decltype(::PQconnectionNeedsPassword)> PQconnectionNeedsPassword{
    "PQconnectionNeedsPassword"};
inline constinit const Function<decltype(::PQconnectionUsedPassword)> PQconnectionUsedPassword{
    "PQconnectionUsedPassword"};
inline constinit const Function<decltype(::PQconninfoFree)> PQconninfoFree{"PQconninfoFree"};
inline constinit const Function<decltype(::PQconninfoParse)> PQconninfoParse{"PQconninfoParse"};
inline constinit const Function<decltype(::PQconsumeInput)> PQconsumeInput{"PQconsumeInput"};
inline constinit const Function<decltype(::PQerrorMessage)> PQerrorMessage{"PQerrorMessage"};
inline constinit const Function<decltype(::PQfinish)> PQfinish{"PQfinish"};
inline constinit const Function<decltype(::PQflush)> PQflush{"PQflush"};
inline constinit const Function<decltype(::PQfreemem)> PQfreemem{"PQfreemem"};
inline constinit const Function<decltype(::PQftype)> PQftype{"PQftype"};
inline constinit const Function<decltype(::PQgetResult)> PQgetResult{"PQgetResult"};
inline constinit const Function<decltype(::PQgetisnull)> PQgetisnull{"PQgetisnull"};
inline constinit const Function<decltype(::PQgetlength)> PQgetlength{"PQgetlength"};
inline constinit const Function<decltype(::PQgetvalue)> PQgetvalue{"PQgetvalue"};
inline constinit const Function<decltype(::PQisBusy)> PQisBusy{"PQisBusy"};
inline constinit const Function<decltype(::PQnfields)> PQnfields{"PQnfields"};
inline constinit const Function<decltype(::PQnotifies)> PQnotifies{"PQnotifies"};
inline constinit const Function<decltype(::PQntuples)> PQntuples{"PQntuples"};
inline constinit const Function<decltype(::PQresultErrorField)> PQresultErrorField{
    "PQresultErrorField"};
inline constinit const Function<decltype(::PQresultErrorMessage)> PQresultErrorMessage{
    "PQresultErrorMessage"};
inline constinit const Function<decltype(::PQresultStatus)> PQresultStatus{"PQresultStatus"};
inline constinit const Function<decltype(::PQsendPrepare)> PQsendPrepare{"PQsendPrepare"};
inline constinit const Function<decltype(::PQsendQuery)> PQsendQuery{"PQsendQuery"};
inline constinit const Function<decltype(::PQsendQueryPrepared)> PQsendQueryPrepared{
    "PQsendQueryPrepared"};
inline constinit const Function<decltype(::PQsetNoticeProcessor)> PQsetNoticeProcessor{
    "PQsetNoticeProcessor"};
inline constinit const Function<decltype(::PQsetSingleRowMode)> PQsetSingleRowMode{
    "PQsetSingleRowMode"};
inline constinit const Function<decltype(::PQsetnonblocking)> PQsetnonblocking{"PQsetnonblocking"};
inline constinit const Function<decltype(::PQsocket)> PQsocket{"PQsocket"};
inline constinit const Function<decltype(::PQstatus)> PQstatus{"PQstatus"};
inline constinit const Function<decltype(::PQtransactionStatus)> PQtransactionStatus{
    "PQtransactionStatus"};

}  // namespace waymark::tracker::libpq
