// The careful way of running a command: everything that may keep it from running, each check one
// line here in the order in which Valkey makes them, and what watches commands go by. Only taken
// when a restriction of the engine or a flag of the session asks for it (`isPlain`), so that nobody
// pays for what nobody uses.
import RedwingContainers
import RedwingRESP

extension Session {
    /// A session with any of these has its commands looked at before they run.
    static let carefulFlags = Flags([
        .inTransaction, .subscriberOnly, .tracking, .monitor, .importSource,
        .restricted,
    ]).rawValue
}

extension Engine {
    /// Why commands are not simply run.
    package struct Restrictions: OptionSet {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }
        /// A snapshot is being loaded.
        package static let loading = Restrictions(rawValue: 1 << 0)
        /// The last snapshot failed and writes are to be refused.
        package static let snapshotFailed = Restrictions(rawValue: 1 << 1)
        /// CLIENT PAUSE.
        static let paused = Restrictions(rawValue: 1 << 8)
        /// Somebody wants to see every command.
        static let monitored = Restrictions(rawValue: 1 << 9)
        /// The data comes from another server: keys do not leave by themselves.
        static let importing = Restrictions(rawValue: 1 << 10)
        /// Memory is over its limit.
        package static let memoryLimit = Restrictions(rawValue: 1 << 2)
        /// Clients are served while a script runs for long.
        package static let script = Restrictions(rawValue: 1 << 14)
        /// Clients are served while a function of a library runs for long.
        package static let function = Restrictions(rawValue: 1 << 15)
    }

    /// Whether a command of the session runs without being looked at.
    @inline(__always)
    func isPlain(_ session: Session) -> Bool {
        restrictions.rawValue | session.flags.rawValue & Session.carefulFlags == 0
    }

    /// Whether nothing has to be looked at but what the session's user may do.
    @inline(__always)
    private func isRestrictedOnly(_ session: Session) -> Bool {
        let others = Session.carefulFlags & ~Session.Flags.restricted.rawValue
        return restrictions.rawValue | session.flags.rawValue & others == 0
    }

    /// Runs the command if it may run. `call.command` is below 0 afterwards if it did not.
    @inline(never)
    func executeCarefully(_ call: inout Call) {
        if isRestrictedOnly(call.session), allowsAtOnce(call) {
            return table.hot[Int(call.command)].handler(self, &call)
        }
        guard admit(&call) else { return }
        let seesExpired = seesExpired(call.session)
        if seesExpired { keepsExpired = true }
        if restrictions.contains(.monitored) {
            executeMonitored(&call)
        } else {
            runHandler(&call)
        }
        if seesExpired { keepsExpired = false }
    }

    /// Runs the command, and remembers what it read if the client caches that.
    @inline(__always)
    func runHandler(_ call: inout Call) {
        guard !call.session.flags.contains(.tracking) else { return runTracked(&call) }
        table.hot[Int(call.command)].handler(self, &call)
    }

    /// Whether keys whose time has come are there for the client as if it had not.
    private func seesExpired(_ session: Session) -> Bool {
        session.flags.contains(.importSource) && restrictions.contains(.importing)
            && !keepsExpired
    }

    /// Whether the command may run now; what it is answered otherwise has been written.
    private func admit(_ call: inout Call) -> Bool {
        let inTransaction = call.session.flags.contains(.inTransaction)
        if inTransaction, !mayBeQueued(&call) { return false }
        if aclRefuses(&call) { return false }
        let isLimited = call.session.flags.contains(.subscriberOnly)
        if restrictions.rawValue != 0 || isLimited, !isPermittedNow(&call) { return false }
        if call.session.flags.contains(.monitor), !mayMonitorRun(&call) { return false }
        if restrictions.contains(.paused), isPaused(call) { return postpone(&call) }
        if inTransaction, !runsInTransaction(call) { return queue(&call) }
        return true
    }

    /// A client that watches others has nothing to do with the data itself.
    private func mayMonitorRun(_ call: inout Call) -> Bool {
        let flags = effectiveFlags(call)
        if flags.isDisjoint(with: [.write, .readonly, .mayReplicate]) { return true }
        return refuse(&call, "ERR Replica can't interact with the keyspace")
    }

    /// Whether the state of the server lets the command run.
    private func isPermittedNow(_ call: inout Call) -> Bool {
        let flags = effectiveFlags(call)
        if restrictions.contains(.memoryLimit), !hasMemory(for: &call, flags) { return false }
        if restrictions.contains(.snapshotFailed), stopsWithoutSnapshot(call, flags) {
            return refuse(&call, ReplyError.cannotPersist)
        }
        if !maySubscriberRun(call) { return refuseSubscriber(&call) }
        if restrictions.contains(.loading), !flags.contains(.loading) {
            return refuse(&call, ReplyError.loading)
        }
        if !restrictions.isDisjoint(with: [.script, .function]),
            !table.hot[Int(call.command)].flags.contains(.allowBusy)
        {
            return refuse(
                &call,
                restrictions.contains(.script) ? ReplyError.busyScript : ReplyError.busyFunction)
        }
        return true
    }

    /// Whether a command is not run because the data cannot be saved: writes, and PING, so that
    /// whoever watches the server's health hears of it.
    private func stopsWithoutSnapshot(_ call: borrowing Call, _ flags: CommandFlags) -> Bool {
        guard configuration.stopWritesOnSnapshotError, !configuration.savePoints.isEmpty else {
            return false
        }
        return flags.contains(.write) || call.command == table.find("ping")
    }

    /// The flags of the command; for EXEC those of what it will run, too, and for a script those
    /// that it declares.
    func effectiveFlags(_ call: borrowing Call) -> CommandFlags {
        let flags = table.hot[Int(call.command)].flags
        if flags.contains(.skipMonitor), let declared = scriptFlags?(call.arguments, flags) {
            return declared
        }
        guard isExec(call), let transaction = call.session.transaction else { return flags }
        return flags.union(transaction.flags)
    }

    /// Answers an error for a command that may not run; returns false.
    func refuse(_ call: inout Call, _ error: Bytes) -> Bool {
        if call.command >= 0, isExec(call) { return refuseExec(&call, error) }
        call.reply.error(error)
        noteRefused(&call)
        return false
    }

    /// A command did not run: it is counted as rejected and fails the transaction it is part of.
    func noteRefused(_ call: inout Call) {
        if call.command >= 0 {
            table.counters[Int(call.command)].rejected += 1
            call.session.lastCommand = call.command
        }
        call.session.failTransaction()
        call.command = -1
    }
}

extension ReplyError {
    /// What clients are answered while a script runs for long.
    package static var busyScript: Bytes {
        """
        BUSY Valkey is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.
        """
    }

    /// The same about a function.
    package static var busyFunction: Bytes {
        """
        BUSY Valkey is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.
        """
    }

    static var cannotPersist: Bytes {
        """
        MISCONF Valkey is configured to save RDB snapshots, but it's currently unable to \
        persist to disk. Commands that may modify the data set are disabled, because this \
        instance is configured to report errors during writes if RDB snapshotting fails \
        (stop-writes-on-bgsave-error option). Please check the Valkey logs for details \
        about the RDB error.
        """
    }
}
