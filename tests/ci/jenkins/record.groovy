/*
 * What a Jenkinsfile does, as lines: Groovy itself runs it, and the steps that it calls are written down. A line is a
 * word and its arguments, each in base64. No step gives a result that the file could ask for, so that what is written
 * down is what would happen.
 * Usage: record.groovy JENKINSFILE VARS NAME=VALUE…, the environment.
 */
def say = { String word, Object... parts -> println(([word] + parts.collect { it.toString().bytes.encodeBase64() }).join(' ')) }
def env = args.drop(2).collectEntries { it.split('=', 2) as List }
def around = []    // what withEnv and withCredentials add, innermost last
def binding = new Binding(env: env.withDefault { null }, scm: 'scm', none: 'none')
def also = { List added, Closure body -> around.push(added); body(); around.pop() }
def run = { Closure body -> body() }
def ignore = { Object... what -> }

binding.with {
    pipeline = run
    stages = run
    steps = run
    script = run
    agent = ignore
    options = ignore
    deleteDir = ignore
    stage = { String name, Closure body -> say('stage', name); body() }
    checkout = { what -> say('checkout', what) }
    stash = { Map how -> say('stash', how.name, how.includes) }
    unstash = { String name -> say('unstash', name) }
    string = { Map how -> ['string', how.credentialsId, how.variable] }
    file = { Map how -> ['file', how.credentialsId, how.variable] }
    withEnv = { List values, Closure body -> also(values.collect { ['env', it.toString()] }, body) }
    withCredentials = { List values, Closure body -> also(values, body) }
    sh = { Map how ->
        say('sh', how.label, how.script)
        around.each { level -> level.each { say(*it) } }
    }
}

def here = new File(getClass().protectionDomain.codeSource.location.toURI()).parent
def loader = new GroovyClassLoader(getClass().classLoader)
loader.addClasspath(here)
def shell = new GroovyShell(loader, binding)
new File(args[1]).eachFileMatch(~/.*\.groovy/) { source ->
    def step = shell.parse(source)
    binding.setVariable(source.name - '.groovy', { Map how -> step.call(how) })
}
shell.parse(new File(args[0])).run()
