import java.lang.annotation.*

@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.LOCAL_VARIABLE)
@interface Library { String[] value() }
