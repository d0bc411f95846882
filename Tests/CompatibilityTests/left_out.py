"""Which commands have no case here, and why."""

GROUPS = {
    "bitmap", "connection", "generic", "geo", "hash", "hyperloglog", "list", "pubsub", "scripting",
    "server", "set", "sorted-set", "stream", "string", "transactions",
}
OTHER_GROUPS = {
    "cluster": "one server alone has nothing to answer that two could agree on",
}

_ITS_OWN = "tells about the server itself: versions, sizes, times"
_LOG = "what it tells is timing"
_CONNECTIONS = "acts on connections, which differ: tested with client libraries"
_PROSE = "its prose is each server's own"
_REPLICATION = "needs a second server of the same kind"
_FILES = "writes files; each server has its own format"
_MODULES = "there are no modules"

# Commands of the groups above that Redwing does not have yet; their cases are skipped.
ABSENT = {"migrate": "goes with replication: it speaks to another server"}

LEFT_OUT = {
    "acl|help": _PROSE,
    "bgrewriteaof": _FILES,
    
    
    "command|docs": "its prose is each server's own; scripts/compare-commands holds the rest",
    "config|rewrite": _FILES,
    "failover": _REPLICATION,
    "latency|doctor": _LOG, "latency|graph": _LOG, "latency|histogram": _LOG,
    "memory|doctor": _ITS_OWN, "memory|malloc-stats": _ITS_OWN, "memory|purge": _ITS_OWN,
    "memory|stats": _ITS_OWN,
    "module|help": _MODULES, "module|list": _MODULES, "module|load": _MODULES,
    "module|loadex": _MODULES, "module|unload": _MODULES,
    
    "psync": _REPLICATION, "replconf": _REPLICATION, "replicaof": _REPLICATION,
    "script|debug": "there is no debugger of scripts",
    "restore-asking": _REPLICATION, "role": _REPLICATION, "slaveof": _REPLICATION,
    "sync": _REPLICATION,
}
