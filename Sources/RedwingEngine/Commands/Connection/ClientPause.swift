// CLIENT PAUSE, UNPAUSE, CAPA and IMPORT-SOURCE.
import RedwingContainers
import RedwingRESP

extension ConnectionCommands {
    /// `CLIENT PAUSE milliseconds [WRITE | ALL]`
    static func pause(_ engine: Engine, _ call: inout Call) {
        var includesReads = true
        if call.count == 4 {
            includesReads = call[3].isToken("all")
            guard includesReads || call[3].isToken("write") else {
                return call.reply.error("ERR CLIENT PAUSE mode must be WRITE or ALL")
            }
        }
        guard let duration = call[2].parseInteger() else {
            return call.reply.error("ERR timeout is not an integer or out of range")
        }
        guard duration >= 0 else { return call.reply.error("ERR timeout is negative") }
        let (deadline, overflow) = call.now.addingReportingOverflow(duration)
        guard !overflow else { return call.reply.error("ERR timeout is out of range") }
        engine.pause(until: deadline, includesReads: includesReads)
        call.reply.ok()
    }

    static func unpause(_ engine: Engine, _ call: inout Call) {
        engine.endPause()
        call.reply.ok()
    }

    /// `CLIENT CAPA capability...`: those that nobody knows are left out.
    static func capa(_ engine: Engine, _ call: inout Call) {
        for index in 2..<call.count where call[index].isToken("redirect") {
            call.session.flags.insert(.canRedirect)
        }
        call.reply.ok()
    }

    static func importSource(_ engine: Engine, _ call: inout Call) {
        guard engine.configuration.importMode else {
            return call.reply.error("ERR Server is not in import mode")
        }
        guard let on = onOrOff(&call) else { return }
        if on {
            call.session.flags.insert(.importSource)
        } else {
            call.session.flags.remove(.importSource)
        }
        call.reply.ok()
    }
}
