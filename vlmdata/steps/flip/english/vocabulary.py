"""English words that tell whether ``left`` and ``right`` beside them are sides. Lower case, plurals as they stand."""

from __future__ import annotations


def _any(words: str) -> str:
    """A regular expression for any of these words; longer ones first, so that none hides another."""
    return "(?:" + "|".join(sorted(set(words.split()), key=lambda word: (-len(word), word))) + ")"


PLACE = _any("""
    side sides edge edges corner corners border borders margin margins lane lanes foreground background
    quadrant
""")
"""After ``left`` or ``right`` these leave no doubt."""

SHARE = _any("half halves third part portion section end segment area region quarter bank row column page")
"""These leave none after an article: ``the left half``, but ``he left half of it``."""

BODY = _any("""
    hand hands arm arms foot feet leg legs eye eyes ear ears shoulder shoulders knee knees wrist wrists elbow elbows
    cheek cheeks ankle ankles thumb thumbs finger fingers fingertips forefinger palm palms paw paws hoof hooves claw
    thigh thighs hip hips nostril eyebrow eyebrows eyelid temple breast chest heel heels toe toes fist fists forearm
    forearms bicep biceps calf calves forehand armpit horn horns antler tusk flank flipper fin wing wings
""")

PART_ADJECTIVE = _any("""
    front hind rear fore upper lower top bottom back index ring middle little pinky bare outstretched extended raised
    gloved inner outer near far tattooed bent
""")

SIZE_OR_COLOR = _any("""
    red orange yellow green blue purple pink brown black white gray grey golden silver beige tan dark light bright
    big small large little tall short long wide narrow tiny huge young old new wooden metal plastic glass leather
    striped checkered open closed empty full round square side front rear back upper lower top bottom center wet dry
    smaller larger bigger taller shorter nearest closest outer inner double single main most
""")

PERSON = _any("""
    person man woman boy girl child baby toddler kid kids guy lady couple men women people children player batter
    pitcher catcher skier surfer rider figure
""")
"""``the right man`` may be the one for it, so these are surer after ``left``."""

THING = _any("""
    animal dog dogs cat cats horse horses cow cows sheep goat bird birds zebra
    zebras giraffe giraffes elephant elephants bear bears duck ducks goose lamb pony puppy kitten monkey lion tiger
    car cars truck trucks bus buses train trains van taxi bicycle bicycles bike bikes motorcycle motorcycles scooter
    boat boats ship plane airplane jet helicopter tractor trailer wagon carriage vehicle vehicles engine
    wheel wheels tire tires tyre headlight headlights taillight bumper fender mirror windshield pedal handle handles
    handlebar blinker
    door doors window windows wall walls roof tower building buildings house houses church barn shed garage porch
    balcony stairs staircase steps gate fence pillar column columns arch chimney bridge tunnel bench benches pole poles
    post lamppost streetlight tree trees bush bushes hedge flower flowers plant plants rock rocks mountain mountains
    hill hills peak cliff tent umbrella umbrellas kite kites table tables desk chair chairs couch sofa armchair stool
    bed beds pillow pillows cushion blanket lamp lamps nightstand dresser drawer drawers cabinet cabinets shelf shelves
    bookcase counter sink faucet toilet bathtub shower towel towels curtain curtains blind rug carpet fireplace stove
    burner oven refrigerator fridge microwave toaster kettle pot pan plate plates bowl bowls cup cups mug mugs glass
    glasses bottle bottles jar can vase vases fork knife spoon tray basket bag bags backpack suitcase suitcases box
    boxes crate bin bucket pizza sandwich sandwiches burger donut donuts cake cakes slice apple apples banana bananas
    pear orange oranges carrot egg eggs bread bun hotdog muffin cookie
    monitor monitors screen screens laptop laptops computer keyboard mouse speaker speakers phone phones television tv
    camera remote controller cable ball balls bat racket racquet glove gloves ski skis surfboard skateboard
    snowboard helmet frisbee net goal goalpost shoe shoes boot boots sock socks sandal sandals skate sneaker slipper
    sleeve sleeves pocket pockets strap lapel earring collar cuff button bracelet hat cap jacket coat shirt
    seat seats handrail arrow arrows turn field fielder panel picture image photo photograph frame painting statue
    candle teddy doll toy toys circle square triangle rectangle star dot shape object item
""")
"""What can be seen. ``the right tool``, ``the right person for it`` and the like are no sides, so words that are
mostly said of fitness (answer, choice, tool, size, time) are not here."""

PART = _any("""
    wheel tire tyre headlight taillight door mirror engine fender bumper sleeve shoe boot sock pocket handle handlebar
    pedal skate glove sandal sneaker side window lens strap
""")
"""What things and people have two of: ``the car's left wheel``."""

NEXT = _any("""
    in on at by near next beside behind with without and or but while as who which that is are was were has have had
    there a an the his her its their two three four several some one another we you it he she they can appears appear
    stands stand standing sits sit sitting shows wears wearing holds holding looks looking hangs hanging lies lie lying
    seems carries walks walking runs running rides riding plays playing eats eating leans leaning faces facing from
    under below above through then because when where if during before after so both being does do did made seen
    visible only rather than already just too has also
""")
"""What may follow a side that stands as a noun: ``on the right there``, ``on the left a man``."""

NUMBER = _any("""
    no one two three four five six seven eight nine ten eleven twelve dozen hundred any few some several much many more
    most little lot lots plenty enough nothing anything something only none half each single couple how
""")

INTENSIFIED = _any("""
    now away behind above below next under underneath beneath beside before after there here by near outside inside
    where when as past against across along through
""")
"""After ``right`` these make it mean exactly."""

CORRECT = _any("""
    answer answers choice choices option options decision decisions time times way ways thing things moment moments
    amount order size sizes place places path track tracks word words number numbers term terms fit tool
    tools solution solutions idea approach balance angle angles conditions kind kinds sort sorts type types
    question questions match mix combination job spot information key temperature ingredients equipment technique
    attitude mind reason reasons method context statement response
""")
"""After ``right`` these make it mean correct."""

TURNING = _any("""
    turn turns turned turning veer veers veered veering swerve swerves swerving face faces faced facing lean leans
    leaned leaning tilt tilts tilted tilting bend bends bending bent point points pointed pointing head heads headed
    heading gaze gazes gazing glance glances glancing swing swings swinging shift shifts shifted shifting steer steers
    steering curve curves curving move moves moved moving slide slides sliding drift drifts drifting
""")
"""Before a bare ``left`` or ``right`` these make it a direction."""

GOING = _any("""
    look looks looked looking go goes going walk walks walked walking run runs running drive drives driving ride rides
    riding fly flies flying sail sails sailing swim swims swimming step steps stepped stepping
""")
"""The same before ``left``; ``looks right`` and ``goes right`` may mean that all is well."""
